import CurlHTTP
import HTTPTypes
import Synchronization
import Testing

@Suite("HTTPClient: whole exchanges", .timeLimit(.minutes(2)))
struct HTTPClientSendTests {
    /// A response that says what the server got.
    private static func echo(_ request: ReceivedRequest) -> TestResponse {
        TestResponse(
            headers: [("X-Method", request.method), ("X-Target", request.target)]
                + request.headers.map { ("X-Got-\($0.name)", $0.value) },
            body: request.body)
    }

    @Test(
        "Every method arrives as such, with and without a body",
        arguments: [
            (HTTPRequest.Method.get, nil), (.get, [UInt8]("a query in a body".utf8)), (.post, []), (.post, nil),
            (.post, Array("{}".utf8)), (.put, Array("whole".utf8)), (.patch, Array("part".utf8)), (.delete, nil),
            (.delete, Array("{\"preconditions\":{}}".utf8)), (.options, nil),
        ])
    func methods(method: HTTPRequest.Method, body: [UInt8]?) async throws {
        try await TestServer.answering(with: Self.echo) { server in
            try await withHTTPClient { client in
                let response = try await client.send(
                    HTTPClientRequest(method: method, url: server.url("/a/b?c=d%20e"), body: body))
                #expect(response.status == .ok)
                #expect(response.headers[try #require(HTTPField.Name("X-Method"))] == method.rawValue)
                #expect(response.headers[try #require(HTTPField.Name("X-Target"))] == "/a/b?c=d%20e")
                #expect(response.body == body ?? [])
                let length = response.headers[try #require(HTTPField.Name("X-Got-Content-Length"))]
                #expect(length == body.map { String($0.count) })
                // What libcurl would add by itself.
                #expect(response.headers[try #require(HTTPField.Name("X-Got-Content-Type"))] == nil)
                #expect(response.headers[try #require(HTTPField.Name("X-Got-Expect"))] == nil)
                #expect(response.headers[try #require(HTTPField.Name("X-Got-Accept-Encoding"))] == nil)
            }
        }
    }

    @Test("HEAD has headers and no body, however long the body would be")
    func head() async throws {
        try await TestServer.answering(with: { _ in TestResponse(body: pattern(100_000)) }) { server in
            try await withHTTPClient { client in
                let response = try await client.send(
                    HTTPClientRequest(method: .head, url: server.url(), maximumBodyBytes: 10))
                #expect(response.headers[.contentLength] == "100000")
                #expect(response.body.isEmpty)
            }
        }
    }

    @Test("Headers go out as given and come back as sent")
    func headers() async throws {
        let received = Mutex<ReceivedRequest?>(nil)
        let answer: @Sendable (ReceivedRequest) -> TestResponse = { request in
            received.withLock { $0 = request }
            return TestResponse(headers: [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Empty", "")])
        }
        try await TestServer.answering(with: answer) { server in
            try await withHTTPClient { client in
                var request = HTTPClientRequest(method: .post, url: server.url(), body: Array("x".utf8))
                request.headers[.contentType] = "application/merge-patch+json"
                request.headers[.authorization] = "Bearer s3cret"
                request.headers[try #require(HTTPField.Name("X-Empty"))] = ""
                request.headers[values: .accept] = ["text/plain", "application/json"]
                let response = try await client.send(request)
                #expect(response.headers[values: .setCookie] == ["a=1", "b=2"])
                #expect(response.headers[try #require(HTTPField.Name("X-Empty"))] == "")
            }
        }
        let request = try #require(received.withLock { $0 })
        #expect(request["Content-Type"] == ["application/merge-patch+json"])
        #expect(request["Authorization"] == ["Bearer s3cret"])
        #expect(request["X-Empty"] == [""])
        #expect(request["Accept"] == ["text/plain", "application/json"])
        #expect(request["User-Agent"] == ["esddns"])
    }

    @Test("The request's own User-Agent wins over the client's")
    func userAgent() async throws {
        try await TestServer.answering(with: { TestResponse(body: Array($0["User-Agent"].joined(separator: "|").utf8)) }
        ) { server in
            var configuration = HTTPClient.Configuration()
            configuration.userAgent = "esddns/1.2 (test)"
            try await withHTTPClient(configuration: configuration) { client in
                var request = HTTPClientRequest(url: server.url())
                let first = try await client.send(request)
                #expect(first.body == Array("esddns/1.2 (test)".utf8))
                request.headers[.userAgent] = "other"
                let second = try await client.send(request)
                #expect(second.body == Array("other".utf8))
            }
        }
    }

    @Test(
        "Any status is a response",
        arguments: [200, 201, 204, 301, 304, 400, 401, 404, 409, 410, 422, 429, 500, 503, 599])
    func statuses(code: Int) async throws {
        try await TestServer.answering(with: { _ in
            TestResponse(status: "\(code) Because", headers: [("Location", "/elsewhere")])
        }) { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(response.status.code == code)
                #expect(response.status.reasonPhrase == "Because")
                #expect(response.headers[.location] == "/elsewhere")
            }
            // A redirect that was followed would have come as a further request.
            #expect(server.connections == 1)
        }
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let targets = Mutex<[String]>([])
        let answer: @Sendable (ReceivedRequest) -> TestResponse = { request in
            targets.withLock { $0.append(request.target) }
            return TestResponse(status: "302 Found", headers: [("Location", "/other")])
        }
        try await TestServer.answering(with: answer) { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url("/first")))
                #expect(response.status == .found)
            }
        }
        #expect(targets.withLock { $0 } == ["/first"])
    }

    @Test("Interim responses are skipped")
    func interim() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nRetry-After: 7\r\n\r\n")
            try await connection.write("HTTP/1.1 102 Processing\r\n\r\n")
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        } _: { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(response.status == .ok)
                #expect(response.body == Array("ok".utf8))
                #expect(response.headers.count == 1)
                #expect(response.retryAfter == nil)
            }
        }
    }

    @Test("Chunked bodies are put together; trailers are not mixed into the headers")
    func chunked() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
            for piece in ["a", "bc", String(repeating: "d", count: 70_000)] {
                try await connection.writeChunk(Array(piece.utf8))
            }
            try await connection.write("0\r\nX-Sum: 1\r\n\r\n")
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(response.body == Array(("abc" + String(repeating: "d", count: 70_000)).utf8))
                #expect(response.headers[try #require(HTTPField.Name("X-Sum"))] == nil)
            }
        }
    }

    @Test("A body without a length ends with the connection")
    func bodyUntilClose() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.0 200 OK\r\n\r\nall of it")
        } _: { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(response.body == Array("all of it".utf8))
            }
        }
    }

    @Test("Megabytes go up and come back unharmed")
    func largeBodies() async throws {
        let body = pattern(3 * 1024 * 1024 + 17)
        try await TestServer.answering(with: Self.echo) { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(method: .put, url: server.url(), body: body))
                #expect(response.body == body)
            }
        }
    }

    @Test("A body of exactly the bound is accepted, one byte more is not", arguments: [true, false])
    func bodyBound(announced: Bool) async throws {
        try await TestServer.serving { connection in
            while try await connection.readRequest() != nil {
                if announced {
                    try await connection.write(TestResponse(body: pattern(50_000)).bytes())
                } else {
                    try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    try await connection.writeChunk(pattern(50_000))
                    try await connection.write("0\r\n\r\n")
                }
            }
        } _: { server in
            try await withHTTPClient { client in
                var request = HTTPClientRequest(url: server.url("/path?token=s3cret"), maximumBodyBytes: 50_000)
                let response = try await client.send(request)
                #expect(response.body.count == 50_000)
                request.maximumBodyBytes = 49_999
                let error = await clientError { try await client.send(request) }
                #expect(error?.code == .bodyTooLarge)
                #expect(error?.detail.contains("49999") == true)
                #expect(error?.detail.contains("s3cret") == false)
            }
        }
    }

    @Test("A bound of zero accepts an empty body")
    func emptyBodyBound() async throws {
        try await TestServer.answering(with: { _ in TestResponse() }) { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url(), maximumBodyBytes: 0))
                #expect(response.body.isEmpty)
            }
        }
    }

    @Test(
        "Retry-After counts in seconds or names a date",
        arguments: [
            ("120", Duration.seconds(120)...Duration.seconds(120)), ("0", .zero ... .zero),
            ("Thu, 01 Jan 1998 00:00:00 GMT", .zero ... .zero),
            ("Fri, 01 Jan 2038 00:00:00 GMT", .seconds(1) ... .seconds(Int(Int32.max))),
        ])
    func retryAfter(value: String, expected: ClosedRange<Duration>) async throws {
        try await TestServer.answering(with: { _ in
            TestResponse(status: "429 Too Many Requests", headers: [("Retry-After", value)])
        }) { server in
            try await withHTTPClient { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(expected.contains(try #require(response.retryAfter)))
            }
        }
    }

    @Test("Two hundred exchanges at once")
    func concurrency() async throws {
        try await TestServer.answering(with: Self.echo) { server in
            try await withHTTPClient { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let body = Array("\(number)".utf8)
                            let response = try await client.send(
                                HTTPClientRequest(method: .post, url: server.url("/\(number)"), body: body))
                            #expect(response.body == body)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(server.connections <= 200)
        }
    }

    @Test("One connection serves exchange after exchange, whatever the method")
    func keepAlive() async throws {
        try await TestServer.answering(with: Self.echo) { server in
            try await withHTTPClient { client in
                for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .get] {
                    let body: [UInt8]? = method == .get ? nil : [1, 2, 3]
                    _ = try await client.send(HTTPClientRequest(method: method, url: server.url(), body: body))
                }
            }
            #expect(server.connections == 1)
        }
    }

    @Test("Clients share no connections")
    func separateConnections() async throws {
        try await TestServer.answering(with: Self.echo) { server in
            for _ in 0..<2 {
                try await withHTTPClient { client in
                    _ = try await client.send(HTTPClientRequest(url: server.url()))
                }
            }
            #expect(server.connections == 2)
        }
    }
}

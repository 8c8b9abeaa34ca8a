import CurlHTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@Suite("HTTPClient: failures", .timeLimit(.minutes(2)))
struct HTTPClientFailureTests {
    @Test("A server that never answers", arguments: [HTTPRequest.Method.get, .post])
    func neverAnswers(method: HTTPRequest.Method) async throws {
        try await TestServer.serving(script: { await $0.waitForClose() }) { server in
            try await withHTTPClient { client in
                try await withGrowingTimeouts { timeout in
                    let error = await clientError {
                        try await client.send(
                            HTTPClientRequest(
                                method: method, url: server.url("/x?secret=1"), body: method == .post ? [1] : nil,
                                timeout: timeout))
                    }
                    guard error?.requestWasNotSent == false else { return false }
                    #expect(error?.code == .timedOut)
                    #expect(error?.detail.contains("secret") == false)
                    return true
                }
            }
        }
    }

    @Test("A time-out also ends a body that does not")
    func bodyNeverEnds() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                try await withGrowingTimeouts { timeout in
                    let error = await clientError {
                        try await client.send(HTTPClientRequest(url: server.url(), timeout: timeout))
                    }
                    guard error?.requestWasNotSent == false else { return false }
                    #expect(error?.code == .timedOut)
                    return true
                }
            }
        }
    }

    @Test("No time left is an error at once, not an absence of bounds", arguments: [Duration.zero, .seconds(-1)])
    func noTimeLeft(timeout: Duration) async throws {
        try await withHTTPClient { client in
            let error = await clientError {
                try await client.send(HTTPClientRequest(url: "http://127.0.0.1:1/", timeout: timeout))
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test("Nobody listens there")
    func refused() async throws {
        try await withRefusingPort { port in
            try await withHTTPClient { client in
                let error = await clientError {
                    try await client.send(HTTPClientRequest(url: "http://user:pass@127.0.0.1:\(port)/p?q=s3cret"))
                }
                #expect(error?.code == .connectFailed)
                #expect(error?.requestWasNotSent == true)
                #expect(error?.detail.contains("http://127.0.0.1:\(port)/p") == true)
                #expect(error?.detail.contains("s3cret") == false)
                #expect(error?.detail.contains("pass") == false)
            }
        }
    }

    @Test("A name that has no address")
    func unresolvable() async throws {
        try await withHTTPClient { client in
            let error = await clientError {
                // RFC 6761: never resolves. The label is too long for a query to leave the machine.
                try await client.send(
                    HTTPClientRequest(url: "http://\(String(repeating: "a", count: 64)).invalid/"))
            }
            #expect(error?.code == .resolveFailed)
            #expect(error?.requestWasNotSent == true)
        }
    }

    @Test("A TLS handshake that never answers is no connection")
    func handshakeNeverAnswers() async throws {
        try await TestServer.serving(script: { await $0.waitForClose() }) { server in
            try await withGrowingTimeouts { timeout in
                var configuration = HTTPClient.Configuration()
                configuration.connectTimeout = timeout
                return try await withHTTPClient(configuration: configuration) { client in
                    let error = await clientError {
                        try await client.send(HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/"))
                    }
                    guard error?.code != .resolveFailed else { return false }
                    #expect(error?.code == .connectFailed)
                    #expect(error?.requestWasNotSent == true)
                    return true
                }
            }
        }
    }

    @Test(
        "The connection ends before, inside and after the head",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfi", "HTTP/1.1 103 Early Hints\r\n\r\n",
        ])
    func dropped(sent: String) async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(sent)
        } _: { server in
            try await withHTTPClient { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                #expect(error?.code == .connectionLost)
                #expect(error?.requestWasNotSent == false)
            }
        }
    }

    @Test("A reset instead of a response")
    func reset() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.reset()
        } _: { server in
            try await withHTTPClient { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                #expect(error?.code == .connectionLost)
            }
        }
    }

    @Test(
        "What is not HTTP/1 is an invalid response",
        arguments: [
            "hello, I am no web server\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n", "HTTP/1.1 abc Strange\r\n\r\n",
            "HTTP/9.7 200 OK\r\nContent-Length: 0\r\n\r\n", "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
        ])
    func garbage(sent: String) async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(sent)
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                #expect(error?.code == .invalidResponse, "\(String(describing: error))")
            }
        }
    }

    @Test("A head without end is cut off", arguments: [("X-Filler: ", 1000), ("", 1_000_000)])
    func endlessHead(prefix: String, length: Int) async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\n")
            let line = prefix + String(repeating: "x", count: length) + (prefix.isEmpty ? "" : "\r\n")
            while true { try await connection.write(line) }
        } _: { server in
            try await withHTTPClient { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                #expect(error?.code == .invalidResponse, "\(String(describing: error))")
            }
        }
    }

    @Test(
        "A request that changes something is not repeated on a second connection",
        arguments: [
            (HTTPRequest.Method.get, 2), (.post, 1), (.put, 1), (.patch, 1), (.delete, 1),
        ])
    func repetition(method: HTTPRequest.Method, expected: Int) async throws {
        let seen = Mutex(0)
        try await TestServer.serving { connection in
            // The first exchange makes a connection to be kept; the next one on it is swallowed.
            while let request = try await connection.readRequest() {
                guard request.target != "/first" else {
                    try await connection.write(TestResponse().bytes())
                    continue
                }
                let count = seen.withLock { seen in
                    seen += 1
                    return seen
                }
                guard count > 1 else { return }
                try await connection.write(TestResponse().bytes())
            }
        } _: { server in
            try await withHTTPClient { client in
                _ = try await client.send(HTTPClientRequest(url: server.url("/first")))
                let request = HTTPClientRequest(
                    method: method, url: server.url("/second"), body: method == .get ? nil : [1])
                if expected == 1 {
                    let error = await clientError { try await client.send(request) }
                    #expect(error?.code == .connectionLost)
                    #expect(error?.requestWasNotSent == false)
                } else {
                    #expect(try await client.send(request).status == .ok)
                }
            }
        }
        #expect(seen.withLock { $0 } == expected)
    }

    @Test("A kept connection that the server has closed meanwhile is not used")
    func closedMeanwhile() async throws {
        let closed = Gate()
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(TestResponse().bytes())
            try? await connection.close()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                _ = try await client.send(HTTPClientRequest(url: server.url()))
                await closed.wait()
                let response = try await client.send(HTTPClientRequest(method: .post, url: server.url(), body: [1]))
                #expect(response.status == .ok)
            }
            #expect(server.connections == 2)
        }
    }

    @Test("A server that closes while a large body is on its way does not end the process")
    func closedWhileSending() async throws {
        try await TestServer.serving(script: { try await $0.reset() }) { server in
            try await withHTTPClient { client in
                let request = HTTPClientRequest(
                    method: .post, url: server.url(), body: [UInt8](repeating: 0x61, count: 8 * 1024 * 1024))
                for _ in 0..<5 {
                    let error = await clientError { try await client.send(request) }
                    #expect(error?.code == .connectionLost || error?.code == .connectFailed)
                }
            }
        }
    }

    @Test("The client goes on after failures")
    func recovery() async throws {
        let count = Mutex(0)
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            let number = count.withLock { count in
                count += 1
                return count
            }
            try await connection.write(number % 2 == 1 ? "garbage\r\n" : "HTTP/1.1 204 No Content\r\n\r\n")
        } _: { server in
            try await withHTTPClient { client in
                for _ in 0..<5 {
                    _ = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                    let response = try await client.send(HTTPClientRequest(url: server.url()))
                    #expect(response.status == .noContent)
                }
            }
        }
    }
}

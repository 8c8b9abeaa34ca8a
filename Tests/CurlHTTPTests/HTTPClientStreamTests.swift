import CurlHTTP
import HTTPTypes
import TestSupport
import Testing

@Suite("HTTPClient: streams", .timeLimit(.minutes(2)))
struct HTTPClientStreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Kind: watch\r\n\r\n"

    /// Reads until `count` bytes are there.
    private func read(
        _ count: Int, from iterator: inout AsyncThrowingStream<[UInt8], any Error>.AsyncIterator
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let piece = try await iterator.next(isolation: nil) { bytes += piece }
        return bytes
    }

    @Test("The head is there before the body, and every piece before the next one is sent")
    func pieces() async throws {
        let gates = (0..<3).map { _ in Gate() }
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 103 Early Hints\r\n\r\n" + Self.head)
            for (number, gate) in gates.enumerated() {
                await gate.wait()
                try await connection.writeChunk(Array("piece \(number)\n".utf8))
            }
            try await connection.write("0\r\n\r\n")
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                let response = try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil))
                #expect(response.status == .ok)
                #expect(response.headers[try #require(HTTPField.Name("X-Kind"))] == "watch")
                var iterator = response.body.makeAsyncIterator()
                for (number, gate) in gates.enumerated() {
                    gate.open()
                    let piece = try await read(8, from: &iterator)
                    #expect(piece == Array("piece \(number)\n".utf8))
                }
                let end = try await iterator.next(isolation: nil)
                #expect(end == nil)
            }
        }
    }

    @Test("A connection whose stream ended in good order is used again")
    func reuse() async throws {
        try await TestServer.answering(with: { _ in TestResponse(body: pattern(200_000)) }) { server in
            try await withHTTPClient { client in
                for _ in 0..<3 {
                    let response = try await client.stream(HTTPClientRequest(url: server.url()))
                    var bytes: [UInt8] = []
                    for try await piece in response.body { bytes += piece }
                    #expect(bytes == pattern(200_000))
                }
            }
            #expect(server.connections == 1)
        }
    }

    @Test("An error status is a stream like any other, with Retry-After")
    func errorStatus() async throws {
        try await TestServer.answering(with: { _ in
            TestResponse(status: "503 Busy", headers: [("Retry-After", "3")], body: Array("later".utf8))
        }) { server in
            try await withHTTPClient { client in
                let response = try await client.stream(HTTPClientRequest(url: server.url()))
                #expect(response.status.code == 503)
                #expect(response.retryAfter == .seconds(3))
                var bytes: [UInt8] = []
                for try await piece in response.body { bytes += piece }
                #expect(bytes == Array("later".utf8))
            }
        }
    }

    @Test("Dropping the stream closes the connection")
    func dropped() async throws {
        let closed = Gate()
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            try await connection.writeChunk([1])
            await connection.waitForClose()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                func readOnePiece() async throws {
                    let response = try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil))
                    for try await piece in response.body {
                        #expect(piece == [1])
                        break
                    }
                }
                try await readOnePiece()
                await closed.wait()
            }
        }
    }

    @Test("A stream that nobody iterates over is closed when it goes out of use")
    func neverIterated() async throws {
        let closed = Gate()
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            await connection.waitForClose()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                func onlyStatus() async throws -> Int {
                    try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil)).status.code
                }
                let status = try await onlyStatus()
                #expect(status == 200)
                await closed.wait()
            }
        }
    }

    @Test("Cancelling the consumer throws and closes the connection")
    func cancelled() async throws {
        let (reading, closed) = (Gate(), Gate())
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            try await connection.writeChunk([1])
            await connection.waitForClose()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                let task = Task {
                    let response = try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil))
                    for try await _ in response.body { reading.open() }
                }
                await reading.wait()
                task.cancel()
                await closed.wait()
                // A task that is cancelled between two pieces sees a regular end: AsyncThrowingStream decides that.
                if case .failure(let error) = await task.result {
                    #expect((error as? HTTPClientError)?.code == .cancelled)
                }
            }
        }
    }

    @Test("Cancelled before the head")
    func cancelledBeforeHead() async throws {
        let (asked, closed) = (Gate(), Gate())
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            asked.open()
            await connection.waitForClose()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                let task = Task {
                    await clientError { try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil)) }
                }
                await asked.wait()
                task.cancel()
                #expect(await task.value?.code == .cancelled)
                await closed.wait()
            }
        }
    }

    @Test("A consumer that does not keep up loses the connection, not the process's memory")
    func overflow() async throws {
        let closed = Gate()
        var configuration = HTTPClient.Configuration()
        configuration.streamBufferBytes = 64 * 1024
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            let chunk = pattern(16 * 1024)
            defer { closed.open() }
            while true { try await connection.writeChunk(chunk) }
        } _: { server in
            try await withHTTPClient(configuration: configuration) { client in
                let response = try await client.stream(HTTPClientRequest(url: server.url("/w?x=s3cret"), timeout: nil))
                await closed.wait()
                let error = await clientError { for try await _ in response.body {} }
                #expect(error?.code == .streamOverflow)
                #expect(error?.detail.contains("65536") == true)
                #expect(error?.detail.contains("s3cret") == false)
            }
        }
    }

    @Test("Silence ends a stream, after what has arrived was read")
    func idle() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            try await connection.writeChunk([1, 2, 3])
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                try await withGrowingTimeouts { timeout in
                    let request = HTTPClientRequest(url: server.url(), timeout: nil, idleTimeout: timeout)
                    guard let response = try? await client.stream(request) else { return false }
                    var iterator = response.body.makeAsyncIterator()
                    guard let bytes = try? await read(3, from: &iterator) else { return false }
                    #expect(bytes == [1, 2, 3])
                    let error = await clientError { try await iterator.next(isolation: nil) }
                    #expect(error?.code == .timedOut)
                    let after = try await iterator.next(isolation: nil)
                    #expect(after == nil)
                    return true
                }
            }
        }
    }

    @Test("Silence before the head counts as well")
    func idleBeforeHead() async throws {
        try await TestServer.serving(script: { await $0.waitForClose() }) { server in
            try await withHTTPClient { client in
                try await withGrowingTimeouts { timeout in
                    let error = await clientError {
                        try await client.stream(
                            HTTPClientRequest(url: server.url(), timeout: nil, idleTimeout: timeout))
                    }
                    guard error?.requestWasNotSent == false else { return false }
                    #expect(error?.code == .timedOut)
                    return true
                }
            }
        }
    }

    @Test("The whole-exchange time-out applies to a stream that has one")
    func timeout() async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write(Self.head)
            await connection.waitForClose()
        } _: { server in
            try await withHTTPClient { client in
                try await withGrowingTimeouts { timeout in
                    let request = HTTPClientRequest(url: server.url(), timeout: timeout)
                    guard let response = try? await client.stream(request) else { return false }
                    let error = await clientError { for try await _ in response.body {} }
                    #expect(error?.code == .timedOut)
                    return true
                }
            }
        }
    }

    @Test("A connection that breaks off yields what has arrived, then the error", arguments: [true, false])
    func broken(byReset: Bool) async throws {
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst")
            if byReset {
                // Not before the client has the first bytes: a reset discards what it has not read.
                _ = try await connection.readRequest()
            }
        } _: { server in
            try await withHTTPClient { client in
                let response = try await client.stream(HTTPClientRequest(url: server.url()))
                var bytes: [UInt8] = []
                var iterator = response.body.makeAsyncIterator()
                bytes += try await read(5, from: &iterator)
                #expect(bytes == Array("first".utf8))
                guard !byReset else { return }
                let error = await clientError { try await iterator.next(isolation: nil) }
                #expect(error?.code == .connectionLost)
            }
        }
    }
}

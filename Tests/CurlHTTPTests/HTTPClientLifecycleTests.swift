import CurlHTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@Suite("HTTPClient: cancellation and shutdown", .timeLimit(.minutes(2)))
struct HTTPClientLifecycleTests {
    @Test("Cancelled before it starts")
    func cancelledBefore() async throws {
        try await TestServer.answering(with: { _ in TestResponse() }) { server in
            try await withHTTPClient { client in
                let gate = Gate()
                let task = Task {
                    await gate.wait()
                    return await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                }
                task.cancel()
                #expect(await task.value?.code == .cancelled)
            }
            #expect(server.connections == 0)
        }
    }

    @Test("Cancelled while the server is thinking: the server sees the connection close")
    func cancelledWhile() async throws {
        let (asked, closed) = (Gate(), Gate())
        try await TestServer.serving { connection in
            _ = try await connection.readRequest()
            asked.open()
            await connection.waitForClose()
            closed.open()
        } _: { server in
            try await withHTTPClient { client in
                let task = Task {
                    await clientError {
                        try await client.send(HTTPClientRequest(url: server.url(), timeout: nil))
                    }
                }
                await asked.wait()
                task.cancel()
                #expect(await task.value?.code == .cancelled)
                await closed.wait()
            }
        }
    }

    @Test("Cancelled after the answer: nothing happens")
    func cancelledAfter() async throws {
        try await TestServer.answering(with: { _ in TestResponse(body: [1]) }) { server in
            try await withHTTPClient { client in
                let (finished, goOn) = (Gate(), Gate())
                let task = Task {
                    let response = try await client.send(HTTPClientRequest(url: server.url()))
                    finished.open()
                    await goOn.wait()
                    return response.body
                }
                await finished.wait()
                task.cancel()
                goOn.open()
                let body = try await task.value
                #expect(body == [1])
                let next = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(next.body == [1])
            }
        }
    }

    @Test("Cancelled at any moment: an answer or a cancellation, never nothing")
    func cancelledAnyTime() async throws {
        try await TestServer.answering(with: { _ in TestResponse() }) { server in
            try await withHTTPClient { client in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let task = Task { try await client.send(HTTPClientRequest(url: server.url())) }
                            for _ in 0..<(number % 20) { await Task.yield() }
                            task.cancel()
                            do {
                                let response = try await task.value
                                #expect(response.status == .ok)
                            } catch {
                                #expect((error as? HTTPClientError)?.code == .cancelled)
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("Shutdown ends what is in flight, and later requests")
    func shutdownInFlight() async throws {
        let (asked, streaming) = (Gate(), Gate())
        try await TestServer.serving { connection in
            let request = try await connection.readRequest()
            if request?.target == "/stream" {
                try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                try await connection.writeChunk([1])
                streaming.open()
            } else {
                asked.open()
            }
            await connection.waitForClose()
        } _: { server in
            let client = try HTTPClient()
            let task = Task {
                await clientError { try await client.send(HTTPClientRequest(url: server.url(), timeout: nil)) }
            }
            let stream = try await client.stream(HTTPClientRequest(url: server.url("/stream"), timeout: nil))
            await asked.wait()
            await streaming.wait()
            await client.shutdown()
            #expect(await task.value?.code == .shutDown)
            let error = await clientError { for try await _ in stream.body {} }
            #expect(error?.code == .shutDown)
            let later = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
            #expect(later?.code == .shutDown)
            let laterStream = await clientError { try await client.stream(HTTPClientRequest(url: server.url())) }
            #expect(laterStream?.code == .shutDown)
        }
    }

    @Test("Shutdown twice, and by many at once")
    func shutdownRepeatedly() async throws {
        let client = try HTTPClient()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await client.shutdown() } }
        }
        await client.shutdown()
    }

    @Test("Shutdown races with requests: each one is answered")
    func shutdownRace() async throws {
        try await TestServer.answering(with: { _ in TestResponse() }) { server in
            for round in 0..<10 {
                let client = try HTTPClient()
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            do {
                                let response = try await client.send(HTTPClientRequest(url: server.url()))
                                #expect(response.status == .ok)
                            } catch {
                                #expect((error as? HTTPClientError)?.code == .shutDown)
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<(round * 5) { await Task.yield() }
                        await client.shutdown()
                    }
                }
            }
        }
    }

    @Test("A shutdown in a cancelled task still waits for the thread")
    func shutdownWhenCancelled() async throws {
        let client = try HTTPClient()
        let task = Task { await client.shutdown() }
        task.cancel()
        await task.value
        let error = await clientError { try await client.send(HTTPClientRequest(url: "http://127.0.0.1:1/")) }
        #expect(error?.code == .shutDown)
    }

    @Test("withHTTPClient shuts down when its body throws")
    func scoped() async throws {
        struct Oops: Error {}
        let escaped = Mutex<HTTPClient?>(nil)
        await #expect(throws: Oops.self) {
            try await withHTTPClient { client in
                escaped.withLock { $0 = client }
                throw Oops()
            }
        }
        let client = try #require(escaped.withLock { $0 })
        let error = await clientError { try await client.send(HTTPClientRequest(url: "http://127.0.0.1:1/")) }
        #expect(error?.code == .shutDown)
    }
}

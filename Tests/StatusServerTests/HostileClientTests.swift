import NIOCore
import Testing

@testable import StatusServer

/// Clients that take more than they should.
@Suite(.timeLimit(.minutes(1))) struct HostileClientTests {
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: test\r\nX-Slow: ", "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 60000\r\n\r\n",
    ])
    func oneByteNowAndThenKeepsNoConnection(start: String) async throws {
        try await withStatusServer(idleTimeout: .milliseconds(200)) { port in
            let channel = try await RawClient.connect(port: port)
            try? await channel.executeThenClose { inbound, outbound in
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        try await outbound.write(ByteBuffer(string: start))
                        // More often than what would count as idle; ended by the task below.
                        while true {
                            try await Task.sleep(for: .milliseconds(20))
                            try await outbound.write(ByteBuffer(string: "x"))
                        }
                    }
                    tasks.addTask { for try await _ in inbound {} }
                    // Whichever notices first that the server has closed.
                    _ = await tasks.nextResult()
                    tasks.cancelAll()
                }
            }
            // On a busy machine asking may itself take longer than the server waits.
            var after = ""
            for _ in 0..<50 where after.isEmpty { after = (try? await RawClient.get(port: port, "/healthz")) ?? "" }
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aThousandConnectionsAreServedInTheirTurn() async throws {
        try await withStatusServer(idleTimeout: .milliseconds(100)) { port in
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                var answered = 0
                // As many at a time as one process may well have files open, more than the server takes.
                for number in 0..<1000 {
                    if number >= 200, try await tasks.next() == true { answered += 1 }
                    tasks.addTask {
                        // Every other says half a sentence and waits.
                        let request =
                            number.isMultiple(of: 2)
                            ? "GET /healthz HT" : "GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
                        return ((try? await RawClient.exchange(port: port, request)) ?? "").hasPrefix("HTTP/1.1 200")
                    }
                }
                while let good = try await tasks.next() { if good { answered += 1 } }
                #expect(answered > 0)
            }
            var after = ""
            for _ in 0..<50 where after.isEmpty {
                after = (try? await RawClient.get(port: port, "/readyz?verbose")) ?? ""
            }
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aHundredKilobytesOfHeadersEndTheConnection() async throws {
        try await withStatusServer { port in
            let headers = (0..<100).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined()
            let answer = try? await RawClient.get(port: port, "/", headers: headers)
            #expect(!(answer ?? "").hasPrefix("HTTP/1.1 2"))
            let after = try await RawClient.get(port: port, "/healthz")
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(arguments: ["BREW", "PROPFIND", "CONNECT"])
    func unknownMethodsAreRefused(method: String) async throws {
        try await withStatusServer { port in
            let answer = try? await RawClient.exchange(
                port: port, "\(method) /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            #expect(!(answer ?? "").hasPrefix("HTTP/1.1 2"))
            let after = try await RawClient.get(port: port, "/healthz")
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }
}

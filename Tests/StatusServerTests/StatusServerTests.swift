import Logging
import Metrics
import NIOCore
import ServiceLifecycle
import StatusServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatusServerTests {
    @Test func servesEveryPath() async throws {
        try await withStatusServer(FixedReporter(status: .full)) { port in
            for (path, content) in [
                ("/", "<!DOCTYPE html>"), ("/raw", "wan_ip_state"), ("/api/v1/status", "\"identity\""),
                ("/metrics", "esddns_build_info"), ("/healthz", "ok"), ("/readyz?verbose", "readyz check passed"),
            ] {
                let answer = try await RawClient.get(port: port, path)
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(path)")
                #expect(answer.contains(content), "\(path)")
                #expect(answer.lowercased().contains("\r\ndate: "), "\(path)")
            }
            let nothing = try await RawClient.get(port: port, "/nothing")
            #expect(nothing.hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test func headHasTheHeadersAndNoBody() async throws {
        try await withStatusServer { port in
            let answer = try await RawClient.exchange(
                port: port, "HEAD /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("content-length: 2\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func aConnectionServesManyRequests() async throws {
        try await withStatusServer { port in
            let one = "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
            let last = "GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
            let answer = try await RawClient.exchange(port: port, one + one + last)
            #expect(answer.split(separator: "HTTP/1.1 200 OK").count == 3)
        }
    }

    @Test func aBodyIsReadAndTheRequestRefused() async throws {
        try await withStatusServer { port in
            let answer = try await RawClient.exchange(
                port: port, "POST /raw HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
            )
            #expect(answer.hasPrefix("HTTP/1.1 405"))
            #expect(answer.contains("GET, HEAD"))
        }
    }

    @Test func aHugeBodyEndsTheConnection() async throws {
        try await withStatusServer { port in
            let body = String(repeating: "x", count: 200_000)
            // The server may close while the client still writes, so either an empty answer or an error will do.
            let answer = try? await RawClient.exchange(
                port: port, "POST /raw HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n" + body
            )
            #expect(answer ?? "" == "")
            let after = try await RawClient.get(port: port, "/healthz")
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }

    /// Named, because some are longer than a test's name should be.
    enum Malformed: String, CaseIterable {
        case garbage, version, length, target, header

        var request: String {
            let long = String(repeating: "a", count: 200_000)
            return switch self {
            case .garbage: "garbage\r\n\r\n"
            case .version: "GET / HTTP/9.9\r\n\r\n"
            case .length: "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"
            case .target: "GET /\(long) HTTP/1.1\r\n\r\n"
            case .header: "GET / HTTP/1.1\r\nX: \(long)\r\n\r\n"
            }
        }
    }

    @Test(arguments: Malformed.allCases)
    func malformedRequestsHurtOnlyThemselves(malformed: Malformed) async throws {
        try await withStatusServer { port in
            let answer = try? await RawClient.exchange(port: port, malformed.request)
            #expect(!(answer ?? "").hasPrefix("HTTP/1.1 2"))
            let after = try await RawClient.get(port: port, "/healthz")
            #expect(after.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await withStatusServer(idleTimeout: .milliseconds(50)) { port in
            // Half a request: only the server can end this, perhaps before it is written.
            let answer = try? await RawClient.exchange(port: port, "GET / HT")
            #expect(answer ?? "" == "")
        }
    }

    @Test func gracefulShutdownClosesIdleConnectionsAndReturns() async throws {
        let server = StatusServer(
            configuration: .init(host: "127.0.0.1", port: 0), report: FixedReporter(), metrics: PrometheusRegistry(),
            logger: .silent
        )
        #expect(server.port == nil)
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await server.waitUntilListening()
            #expect(server.port == port)
            let channel = try await RawClient.connect(port: port)
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"))
                var answer = ""
                var iterator = inbound.makeAsyncIterator()
                while !answer.hasSuffix("ok"), let buffer = try await iterator.next() {
                    answer += String(buffer: buffer)
                }
                #expect(answer.hasPrefix("HTTP/1.1 200"))
                await group.triggerGracefulShutdown()
                #expect(try await iterator.next() == nil)
            }
            try await tasks.waitForAll()
        }
    }

    @Test func aTakenPortIsAnErrorThatNamesIt() async throws {
        try await withStatusServer { port in
            let second = StatusServer(
                configuration: .init(host: "127.0.0.1", port: port), report: FixedReporter(),
                metrics: PrometheusRegistry(), logger: .silent
            )
            let error = await #expect(throws: StatusServerError.self) { try await second.run() }
            #expect(
                error?.description == "the status server cannot listen on 127.0.0.1:\(port): Address already in use")
            await #expect(throws: StatusServerError.self) { try await second.waitUntilListening() }
        }
    }

    @Test(arguments: [-1, 65_536])
    func aPortOutOfRangeIsAnError(port: Int) async {
        let server = StatusServer(
            configuration: .init(host: "::1", port: port), report: FixedReporter(), metrics: PrometheusRegistry(),
            logger: .silent
        )
        let error = await #expect(throws: StatusServerError.self) { try await server.run() }
        #expect(error?.description == "the status server cannot listen on [::1]:\(port): a port is 0 to 65535")
    }

    @Test func waitingCanBeCancelled() async {
        let server = StatusServer(
            configuration: .init(host: "127.0.0.1", port: 0), report: FixedReporter(), metrics: PrometheusRegistry(),
            logger: .silent
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await server.waitUntilListening() }
            }
            group.cancelAll()
        }
    }
}

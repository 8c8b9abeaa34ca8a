import CurlHTTP
import HTTPTypes
import NIOCore
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("HTTPClient: proxies and sockets", .timeLimit(.minutes(2)))
struct HTTPClientConnectionTests {
    private static let target: @Sendable (ReceivedRequest) -> TestResponse = { request in
        TestResponse(body: Array(request.target.utf8))
    }

    @Test("The environment's proxies are ignored")
    func environment() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            try await TestServer.answering(with: { TestResponse(body: Array($0.target.utf8)) }) { server in
                try await withHTTPClient { client in
                    let response = try await client.send(HTTPClientRequest(url: server.url("/direct")))
                    #expect(response.body == Array("/direct".utf8))
                }
            }
        }
    }

    @Test("A proxy that is set is used, except for hosts that are to be reached without")
    func proxy() async throws {
        try await TestServer.answering(with: Self.target) { proxy in
            try await TestServer.answering(with: Self.target) { server in
                func target(noProxy: [String]) async throws -> String {
                    var configuration = HTTPClient.Configuration()
                    configuration.proxy = .url(proxy.url(), noProxy: noProxy)
                    return try await withHTTPClient(configuration: configuration) { client in
                        String(
                            decoding: try await client.send(HTTPClientRequest(url: server.url("/x"))).body,
                            as: UTF8.self)
                    }
                }
                let rules: [([String], String)] = [
                    ([], server.url("/x")), (["example.com", "10.0.0.0/8"], server.url("/x")),
                    (["example.com", "127.0.0.0/8"], "/x"), (["127.0.0.1"], "/x"),
                ]
                for (noProxy, expected) in rules {
                    let seen = try await target(noProxy: noProxy)
                    #expect(seen == expected)
                }
            }
            #expect(proxy.connections == 2)
        }
    }

    @Test("A proxy that opens no tunnel is a failure to connect", arguments: ["403 Forbidden", "407 Who Are You"])
    func tunnelRefused(status: String) async throws {
        let seen = Mutex<[String]>([])
        let answer: @Sendable (ReceivedRequest) -> TestResponse = { request in
            seen.withLock { $0.append("\(request.method) \(request.target)") }
            return TestResponse(status: status)
        }
        try await TestServer.answering(with: answer) { proxy in
            var configuration = HTTPClient.Configuration()
            configuration.proxy = .url(proxy.url())
            try await withHTTPClient(configuration: configuration) { client in
                let error = await clientError {
                    try await client.send(
                        HTTPClientRequest(method: .post, url: "https://api.example.com/v1", body: [1]))
                }
                #expect(error?.code == .connectFailed)
                #expect(error?.requestWasNotSent == true)
            }
        }
        #expect(seen.withLock { $0 } == ["CONNECT api.example.com:443"])
    }

    @Test("A proxy that is not there")
    func proxyRefused() async throws {
        try await withRefusingPort { port in
            var configuration = HTTPClient.Configuration()
            configuration.proxy = .url("http://127.0.0.1:\(port)")
            try await withHTTPClient(configuration: configuration) { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: "http://127.0.0.1:1/")) }
                #expect(error?.code == .connectFailed)
            }
        }
    }

    @Test("An address of the other family is not connected to")
    func family() async throws {
        try await TestServer.answering(with: Self.target) { server in
            var configuration = HTTPClient.Configuration()
            configuration.addressFamily = .ipv6
            try await withHTTPClient(configuration: configuration) { client in
                let error = await clientError { try await client.send(HTTPClientRequest(url: server.url())) }
                #expect(error?.requestWasNotSent == true)
            }
            #expect(server.connections == 0)
            configuration.addressFamily = .ipv4
            try await withHTTPClient(configuration: configuration) { client in
                let response = try await client.send(HTTPClientRequest(url: server.url()))
                #expect(response.status == .ok)
            }
        }
    }

    #if os(Linux)
        @Test("Sockets are closed on exec, probe a silent peer, and give up on one that acknowledges nothing")
        func socketOptions() async throws {
            let clientPort = Mutex<Int?>(nil)
            try await TestServer.serving { connection in
                let port = connection.channel.remoteAddress?.port
                clientPort.withLock { $0 = port }
                while try await connection.readRequest() != nil {
                    try await connection.write(TestResponse().bytes())
                }
            } _: { server in
                try await withHTTPClient { client in
                    _ = try await client.send(HTTPClientRequest(url: server.url()))
                    let port = try #require(clientPort.withLock { $0 })
                    // Kept open for reuse, so it can be found by its own port.
                    let descriptor = try #require(
                        (0..<4096).first { Self.isConnection($0, from: port, to: server.port) })
                    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
                    #expect(Self.option(SO_KEEPALIVE, SOL_SOCKET, of: descriptor) == 1)
                    #expect(Self.option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: descriptor) == 30)
                    #expect(Self.option(TCP_KEEPINTVL, Int32(IPPROTO_TCP), of: descriptor) == 10)
                    #expect(Self.option(TCP_USER_TIMEOUT, Int32(IPPROTO_TCP), of: descriptor) == 30_000)
                }
            }
        }

        private static func isConnection(_ descriptor: Int32, from: Int, to: Int) -> Bool {
            func port(_ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Int?
            {
                var address = sockaddr_in()
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let code = withUnsafeMutablePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &length) }
                }
                return code == 0 && address.sin_family == AF_INET ? Int(UInt16(bigEndian: address.sin_port)) : nil
            }
            return port { getsockname($0, $1, $2) } == from && port { getpeername($0, $1, $2) } == to
        }

        private static func option(_ name: Int32, _ level: Int32, of descriptor: Int32) -> Int32? {
            var value: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            return getsockopt(descriptor, level, name, &value, &length) == 0 ? value : nil
        }
    #endif
}

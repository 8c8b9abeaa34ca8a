import Testing

@testable import CurlHTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("HTTPClient: reconnects", .timeLimit(.minutes(1)))
struct HTTPClientReconnectTests {
    /// How a stream comes to its end.
    enum End: String, CaseIterable, Sendable {
        /// By the server, in good order.
        case finished
        /// By the server, in the middle.
        case cut
        /// By the consumer, who lets go of it.
        case dropped
    }

    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("Hundreds of streams leave no handle and no socket behind, however each ends", arguments: End.allCases)
    func reconnects(end: End) async throws {
        try await TestServer.serving { connection in
            while try await connection.readRequest() != nil {
                try await connection.write(Self.head)
                try await connection.writeChunk(Array("{}\n".utf8))
                switch end {
                case .finished: try await connection.write("0\r\n\r\n")
                case .cut: return
                case .dropped: await connection.waitForClose()
                }
            }
        } _: { server in
            try await withHTTPClient { client in
                for _ in 0..<300 {
                    let stream = try await client.stream(HTTPClientRequest(url: server.url(), timeout: nil))
                    do {
                        for try await _ in stream.body where end == .dropped { break }
                        #expect(end != .cut)
                    } catch let error as HTTPClientError {
                        #expect(end == .cut && error.code == .connectionLost)
                    }
                }
                // A request that is through proves that the loop has dealt with everything before it.
                _ = await clientError {
                    try await client.send(
                        HTTPClientRequest(url: server.url("/last"), timeout: .seconds(5), maximumBodyBytes: 0))
                }
                #expect(client.activeExchanges == 0)
                // One connection may be kept for the next request.
                #expect(Self.descriptors(connectedTo: server.port) <= 1)
                #expect(end == .finished ? server.connections <= 2 : server.connections >= 300)
            }
            #expect(Self.descriptors(connectedTo: server.port) == 0)
        }
    }

    /// File descriptors of this process that are connected to a port of this machine.
    private static func descriptors(connectedTo port: Int) -> Int {
        (0..<Int32(4096)).count { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutableBytes(of: &address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { getpeername(descriptor, $0.baseAddress, &length) }
            }
            return code == 0 && address.sin_family == sa_family_t(AF_INET)
                && Int(UInt16(bigEndian: address.sin_port)) == port
        }
    }
}

import ClusterSimulator
import CurlHTTP
import NetworkPrimitives
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SimulatedCheckIPServerTests {
    @Test(arguments: [false, true])
    func tellsTheAddress(isTLS: Bool) async throws {
        let authority = try CertificateAuthority()
        let server = try SimulatedCheckIPServer(authority: isTLS ? authority : nil)
        try await server.start()
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(Array(authority.certificatePEM.utf8))
        #expect(server.url.hasPrefix(isTLS ? "https://127.0.0.1:" : "http://127.0.0.1:"))
        try await withPlainClient(configuration, baseURL: server.url) { client async throws in
            #expect(try await client.send("GET", "/").text == "127.0.0.1\n")
            server.reflectedAddress = IPAddress("198.51.100.7")
            #expect(try await client.send("GET", "/ip").text == "198.51.100.7\n")
            let trace = try await client.send("GET", "/cdn-cgi/trace").text.split(separator: "\n")
            #expect(trace.contains("ip=198.51.100.7"))
            #expect(trace.contains("warp=off"))
            server.isWarp = true
            #expect(try await client.send("GET", "/cdn-cgi/trace").text.contains("\nwarp=on\n"))
            server.faults.inject(.htmlPage(503))
            #expect(try await client.send("GET", "/").status == 503)
            #expect(server.requests == 4)
        }
        await server.stop()
    }
}

import DNSRecords
import Foundation
import NetworkPrimitives

/// A Knot DNS server on a loopback port, with one zone that takes updates signed with one key.
struct KnotServer: Sendable {
    static let zone = "knot.example"
    static let keyName = "update.knot.example"
    static let secret = "bm90IGEgc2VjcmV0LCBqdXN0IGZvciB0ZXN0cyE="

    let endpoint: HostPort
    let algorithm: String

    /// Starts `knotd`, runs `body`, and ends it.
    static func run<Result>(
        algorithm: String = "hmac-sha256", _ body: (KnotServer) async throws -> Result
    ) async throws -> Result {
        try await TestProgram.withDirectory { directory async throws in
            let port = try TestProgram.freePort()
            let server = KnotServer(endpoint: HostPort(host: "127.0.0.1", port: port), algorithm: algorithm)
            try configuration(directory, port: port, algorithm: algorithm)
                .write(to: directory.appending(path: "knot.conf"), atomically: true, encoding: .utf8)
            try zoneFile.write(to: directory.appending(path: "\(zone).zone"), atomically: true, encoding: .utf8)
            return try await TestProgram.withServer(
                "knotd", ["-c", directory.appending(path: "knot.conf").path()],
                log: directory.appending(path: "knotd.log"), isReady: { await server.isReady() },
                { try await body(server) })
        }
    }

    /// A key as a client has it.
    func key(
        name: String = KnotServer.keyName, secret: String = KnotServer.secret, algorithm: TSIGAlgorithm? = nil
    ) throws -> TSIGKey {
        TSIGKey(
            name: try DomainName(parsing: name),
            algorithm: algorithm ?? TSIGAlgorithm(parsing: self.algorithm) ?? .sha256,
            secret: try SecretSource(literal: secret))
    }

    /// What Knot's own tool says about a name: one line per value.
    func kdig(_ name: String, _ type: String, _ options: String...) async throws -> [String] {
        let (output, status) = try await TestProgram.run(
            "kdig", ["@127.0.0.1", "-p", "\(endpoint.port)", "+norec", "+retry=0"] + options + [name, type])
        guard status == 0 else { throw TestProgram.Failure(description: "kdig failed: \(output)") }
        return output.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func isReady() async -> Bool {
        guard let apex = DomainName(Self.zone) else { return false }
        let dns = DNSExchange(sendTimes: [.zero], timeout: .milliseconds(500))
        return (try? await dns.ask(.query(apex, .soa), at: endpoint))?.isAuthoritative == true
    }

    private static func configuration(_ directory: URL, port: UInt16, algorithm: String) -> String {
        """
        server:
            rundir: "\(directory.path())"
            listen: 127.0.0.1@\(port)
            udp-workers: 1
            tcp-workers: 1
            background-workers: 1
        log:
          - target: stderr
            any: info
        database:
            storage: "\(directory.path())/db"
        key:
          - id: \(keyName)
            algorithm: \(algorithm)
            secret: \(secret)
          - id: readonly.knot.example
            algorithm: \(algorithm)
            secret: \(secret)
        acl:
          - id: updates
            key: \(keyName)
            action: [query, update]
          - id: reads
            key: readonly.knot.example
            action: query
        template:
          - id: default
            storage: "\(directory.path())"
            file: "%s.zone"
            journal-content: none
            zonefile-sync: -1
            zonefile-load: whole
        zone:
          - domain: \(zone)
            acl: [updates, reads]
        """
    }

    private static let zoneFile = """
        $ORIGIN \(zone).
        $TTL 3600
        @       SOA ns hostmaster 1 3600 900 604800 300
        @       NS  ns
        ns      A   127.0.0.1
        home    1234 A 198.51.100.7
        home    600 AAAA 2001:db8::7
        home    TXT "leave me alone"
        alias   CNAME home

        """
}

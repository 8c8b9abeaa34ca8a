import DNSRecords
import Foundation
import NetworkPrimitives

/// A BIND name server on a loopback port: a primary with two zones that take signed updates, and beside it, where a test
/// wants that, a secondary of the first zone.
struct BindServer: Sendable {
    static let zone = "bind.example"
    static let secondZone = "xn--bcher-kva.example"
    static let keyName = "update.bind.example"
    static let secret = "bm90IGEgc2VjcmV0LCBqdXN0IGZvciB0ZXN0cyE="
    /// May only read.
    static let readOnlyKeyName = "readonly.bind.example"
    /// May only change addresses of names below `allowed.bind.example`.
    static let limitedKeyName = "limited.bind.example"

    let endpoint: HostPort
    /// As the configuration has it, such as `hmac-sha256` or `hmac-sha256-128`.
    let algorithm: String

    /// Starts `named` as the user who runs the test, runs `body`, and ends it.
    static func run<Result>(
        algorithm: String = "hmac-sha256", _ body: (BindServer) async throws -> Result
    ) async throws -> Result {
        try await start(
            algorithm: algorithm,
            zones: { directory in
                try [
                    (zone, zoneFile), (secondZone, secondZoneFile), ("moved.example", movedZoneFile),
                ].map { name, text in
                    let grants =
                        name == zone
                        ? """
                        grant \(keyName) zonesub ANY;
                        grant \(limitedKeyName) subdomain allowed.\(zone) A AAAA;
                        """ : "grant \(keyName) zonesub ANY;"
                    try text.write(
                        to: directory.appending(path: "\(name).zone"), atomically: true, encoding: .utf8)
                    return """
                        zone "\(name)" {
                            type primary;
                            file "\(name).zone";
                            notify no;
                            update-policy { \(grants) };
                        };
                        """
                }
            }, body)
    }

    /// Starts another `named` that takes the first zone from this one, and takes no updates for it.
    func withSecondary<Result>(_ body: (BindServer) async throws -> Result) async throws -> Result {
        try await Self.start(
            algorithm: algorithm,
            zones: { _ in
                [
                    """
                    zone "\(Self.zone)" {
                        type secondary;
                        primaries { 127.0.0.1 port \(endpoint.port); };
                        notify no;
                    };
                    """
                ]
            }, body)
    }

    private static func start<Result>(
        algorithm: String, zones: (_ directory: URL) throws -> [String], _ body: (BindServer) async throws -> Result
    ) async throws -> Result {
        try await TestProgram.withDirectory { directory async throws in
            let port = try TestProgram.freePort()
            let server = BindServer(endpoint: HostPort(host: "127.0.0.1", port: port), algorithm: algorithm)
            let configuration = configuration(directory, port: port, algorithm: algorithm) + "\n"
            let file = directory.appending(path: "named.conf")
            try (configuration + zones(directory).joined(separator: "\n") + "\n")
                .write(to: file, atomically: true, encoding: .utf8)
            return try await TestProgram.withServer(
                "named", ["-g", "-c", file.path(), "-n", "1"], log: directory.appending(path: "named.log"),
                isReady: { await server.isReady() }, { try await body(server) })
        }
    }

    /// A key as a client has it.
    func key(
        name: String = BindServer.keyName, secret: String = BindServer.secret, algorithm: String? = nil
    ) throws -> TSIGKey {
        guard let method = TSIGKey.Method(parsing: algorithm ?? self.algorithm) else {
            throw TestProgram.Failure(description: "\(algorithm ?? self.algorithm) is no algorithm")
        }
        return TSIGKey(
            name: try DomainName(parsing: name), algorithm: method.algorithm, codeByteCount: method.codeByteCount,
            secret: try SecretSource(literal: secret))
    }

    /// What BIND's own tool says about a name: one line per value.
    func dig(_ name: String, _ type: String, _ options: String...) async throws -> [String] {
        let (output, status) = try await TestProgram.run(
            "dig",
            ["@127.0.0.1", "-p", "\(endpoint.port)", "+norecurse", "+tries=1", "+short"] + options + [name, type])
        guard status == 0 else { throw TestProgram.Failure(description: "dig failed: \(output)") }
        return output.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Gives commands to BIND's or Knot's tool for updates, signed with the key.
    ///
    /// - Returns: what the tool says, and its exit status.
    func update(_ tool: String, _ commands: String...) async throws -> (output: String, status: Int32) {
        try await TestProgram.withDirectory { directory async throws in
            let script = directory.appending(path: "commands")
            let lines =
                [
                    "server 127.0.0.1 \(endpoint.port)", "key \(algorithm):\(Self.keyName) \(Self.secret)",
                    "zone \(Self.zone)",
                ]
                + commands + ["send"]
            try (lines.joined(separator: "\n") + "\n").write(to: script, atomically: true, encoding: .utf8)
            return try await TestProgram.run(tool, [script.path()])
        }
    }

    private func isReady() async -> Bool {
        guard let apex = DomainName(Self.zone) else { return false }
        let dns = DNSExchange(sendTimes: [.zero], timeout: .milliseconds(500))
        return (try? await dns.ask(.query(apex, .soa), at: endpoint))?.isAuthoritative == true
    }

    private static func configuration(_ directory: URL, port: UInt16, algorithm: String) -> String {
        let keys = [keyName, readOnlyKeyName, limitedKeyName].map { name in
            "key \"\(name)\" { algorithm \(algorithm); secret \"\(secret)\"; };"
        }
        return """
            options {
                directory "\(directory.path())";
                pid-file "\(directory.path())/named.pid";
                session-keyfile "\(directory.path())/session.key";
                managed-keys-directory "\(directory.path())";
                listen-on port \(port) { 127.0.0.1; };
                listen-on-v6 { none; };
                recursion no;
                dnssec-validation no;
                empty-zones-enable no;
                minimal-responses no;
            };
            controls { };
            \(keys.joined(separator: "\n"))
            """
    }

    private static let zoneFile = """
        $ORIGIN \(zone).
        $TTL 3600
        @           SOA ns hostmaster 1 3600 900 604800 300
        @           NS  ns
        ns          A   127.0.0.1
        home        1234 A 198.51.100.7
        home        600 AAAA 2001:db8::7
        home        TXT "leave me alone"
        alias       CNAME home
        strings     60 TXT "in " "three" " pieces"
        *.wild      60 A 198.51.100.7
        a.b.deep    60 A 198.51.100.7
        sub         NS  ns.sub
        ns.sub      A   127.0.0.9
        moved       DNAME other.example.

        """

    private static let secondZoneFile = """
        $ORIGIN \(secondZone).
        $TTL 3600
        @       SOA ns hostmaster 1 3600 900 604800 300
        @       NS  ns
        ns      A   127.0.0.1

        """

    private static let movedZoneFile = """
        $ORIGIN moved.example.
        $TTL 3600
        @       SOA ns hostmaster 1 3600 900 604800 300
        @       NS  ns
        ns      A   127.0.0.1

        """
}

import NetworkPrimitives

extension ProviderKind {
    /// Dynamic updates with a shared key.
    static let rfc2136 = ProviderKind(
        name: "rfc2136",
        title: "RFC 2136 dynamic updates",
        summary:
            "any DNS server that takes dynamic updates (RFC 2136) signed with TSIG, such as BIND, Knot or PowerDNS",
        settings: [
            .init("RFC2136_SERVER", "HOST[:PORT] of the server that takes updates; the port is 53 if not given"),
            .init("RFC2136_KEY_NAME", "the key's name on the server"),
            .init(
                "RFC2136_KEY_ALGORITHM",
                "hmac-sha1, hmac-sha224, hmac-sha256 (if not set), hmac-sha384 or hmac-sha512; with the bits of cut signatures behind it, such as hmac-sha256-128, where the server has it so"
            ),
            .init("RFC2136_KEY_SECRET", isSecret: true, "the key in base64"),
        ]
    ) { reader, dependencies in
        let server = reader.required("RFC2136_SERVER", expected: "HOST or HOST:PORT of the server that takes updates") {
            try HostPort(parsing: $0, defaultPort: 53)
        }
        let name = reader.required("RFC2136_KEY_NAME", expected: "the key's name on the server") {
            try DomainName(parsing: $0)
        }
        let names = TSIGAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        let method = reader.optional(
            "RFC2136_KEY_ALGORITHM", expected: "one of \(names), or one with bits such as hmac-sha256-128"
        ) {
            TSIGKey.Method(parsing: $0)
        }
        let problems = reader.problems.count
        let secret = reader.secret("RFC2136_KEY_SECRET")
        if let secret, TSIGKey(name: .root, secret: secret).bytes == nil {
            reader.report("RFC2136_KEY_SECRET", value: "<redacted>", expected: "the key in base64")
        } else if secret == nil, reader.problems.count == problems {
            reader.report("RFC2136_KEY_SECRET", expected: "the key in base64, here or in a file; it is not set")
        }
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: 1...TTLPolicy.largest)
        guard let server, let name, let secret else { return nil }
        return RFC2136Provider(
            server: server,
            key: TSIGKey(
                name: name, algorithm: method?.algorithm ?? .sha256, codeByteCount: method?.codeByteCount,
                secret: secret),
            zone: zone,
            ttlPolicy: TTLPolicy(configured: ttl), dns: dependencies.dns, wallClock: dependencies.wallClock)
    }
}

extension ProviderKind {
    /// Objects of Kubernetes that an external-dns makes records of.
    static let dnsendpoint = ProviderKind(
        name: "dnsendpoint",
        title: "external-dns DNSEndpoint",
        acceptedTTL: DNSEndpointProvider.acceptedTTL,
        summary:
            "DNSEndpoint objects, of which an external-dns in the cluster (--source=crd) makes records; only inside a cluster",
        settings: [
            .init(
                "DNSENDPOINT_NAME",
                "the object's name in the release's namespace, if not \(DNSEndpointProvider.defaultObject)")
        ]
    ) { reader, dependencies in
        let object = reader.optional("DNSENDPOINT_NAME", expected: "an object's name, such as esddns") { text in
            isObjectName(text) ? text : nil
        }
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: DNSEndpointProvider.acceptedTTL)
        guard let store = dependencies.endpointObjects else {
            reader.report(
                "PROVIDER", value: "dnsendpoint",
                expected: "another provider, since DNSEndpoint objects can only be kept inside a cluster")
            return nil
        }
        return DNSEndpointProvider(
            store: store, object: object ?? DNSEndpointProvider.defaultObject, zone: zone, configuredTTL: ttl,
            lookup: dependencies.lookup)
    }

    /// Whether the text is a DNS subdomain, as objects are named (RFC 1123 in lower case, 253 bytes at most).
    private static func isObjectName(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                            UInt8(ascii: "-"):
                            true
                        default: false
                        }
                    }
            }
    }
}

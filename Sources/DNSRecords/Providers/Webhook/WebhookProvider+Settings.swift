extension ProviderKind {
    /// The interface by which external-dns speaks to providers outside of it.
    static let webhook = ProviderKind(
        name: "webhook",
        title: "external-dns webhook",
        acceptedTTL: WebhookProvider.acceptedTTL,
        summary: "any DNS service that has a webhook for external-dns, which runs beside this program",
        settings: [
            .init("WEBHOOK_BASE_URL", "where the webhook is, if not at \(WebhookProvider.defaultBaseURL)"),
            .init(
                "WEBHOOK_OWNER_ID",
                "the owner named by marks (TXT records) of external-dns that are ours; one that no external-dns has, since "
                    + "that would delete the records"),
            .init("WEBHOOK_TXT_PREFIX", "the --txt-prefix of the external-dns whose marks are to be respected"),
            .init("WEBHOOK_TXT_SUFFIX", "its --txt-suffix"),
            .init("WEBHOOK_TXT_WILDCARD", "its --txt-wildcard-replacement"),
        ]
    ) { reader, dependencies in
        let baseURL = reader.baseURL("WEBHOOK_BASE_URL", default: WebhookProvider.defaultBaseURL)
        var registry = TXTRegistry()
        let plain = "letters, digits, hyphens, underscores and dots"
        func isPlain(_ text: String, beside others: String) -> Bool {
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: others.utf8.contains(byte)
                }
            }
        }
        registry.owner = reader.optional("WEBHOOK_OWNER_ID", expected: "\(plain), 63 at most") { text in
            text.utf8.count <= 63 && isPlain(text, beside: "/:") ? text : nil
        }
        func affix(_ name: String) -> String {
            reader.optional(name, expected: "\(plain), and %{record_type} perhaps") { text in
                isPlain(text, beside: "%{}") ? text : nil
            } ?? ""
        }
        registry.prefix = affix("WEBHOOK_TXT_PREFIX")
        registry.suffix = affix("WEBHOOK_TXT_SUFFIX")
        if !registry.prefix.isEmpty, !registry.suffix.isEmpty {
            reader.report(
                "WEBHOOK_TXT_SUFFIX", value: registry.suffix,
                expected: "to be left out, since \(reader.displayName("WEBHOOK_TXT_PREFIX")) is set as well")
        }
        registry.wildcard = affix("WEBHOOK_TXT_WILDCARD")
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: WebhookProvider.acceptedTTL)
        return WebhookProvider(
            transport: dependencies.transport, baseURL: baseURL, registry: registry, zone: zone, configuredTTL: ttl,
            lookup: dependencies.lookup)
    }
}

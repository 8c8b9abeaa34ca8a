import NetworkPrimitives

extension ProviderKind {
    /// Services with the protocol of Dyn.
    static let dyndns2 = ProviderKind(
        name: "dyndns2",
        title: "dyndns2",
        features: [.ipv6],
        limits: DynDNS2Provider.limits,
        summary:
            "No-IP, Dyn, and other services with the dyndns2 protocol; they decide the TTL, and hold one address of each family",
        settings: [
            .init(
                "DYNDNS2_SERVER",
                "the update URL, such as https://dynupdate.no-ip.com/nic/update, its host, or one of "
                    + DynDNS2Provider.knownServers.keys.sorted().joined(separator: ", ")),
            .init("DYNDNS2_USERNAME", "the user name; some services want the host's name, or anything"),
            .init("DYNDNS2_PASSWORD", isSecret: true, "the password, or an update key"),
            .init("DYNDNS2_CONTACT", "an e-mail address for the User-Agent, as No-IP wants it"),
            .init(
                "DYNDNS2_SEND",
                "changed (if not set): only the address that changed; both: the other family's as well, for services that "
                    + "delete what is not sent"),
        ]
    ) { reader, dependencies in
        let names = DynDNS2Provider.knownServers.keys.sorted().joined(separator: ", ")
        let url = reader.required(
            "DYNDNS2_SERVER", expected: "an https or http URL without a query, the name of a host, or one of \(names)",
            DynDNS2Provider.updateURL)
        let username = reader.required("DYNDNS2_USERNAME", expected: "printable characters without a colon") { text in
            text.contains(":") || text.unicodeScalars.contains { $0.properties.generalCategory == .control }
                ? nil : text
        }
        let password = reader.requiredSecret("DYNDNS2_PASSWORD", "the password, or an update key")
        let contact = reader.optional("DYNDNS2_CONTACT", expected: "an e-mail address") { text in
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.contains("@") ? text : nil
        }
        let sendsBoth = reader.optional("DYNDNS2_SEND", expected: "changed or both") { text in
            ["changed": false, "both": true][text]
        }
        let zone = reader.zone()
        reader.refuseTTL("the service")
        guard let url, let username, let password else { return nil }
        return DynDNS2Provider(
            transport: dependencies.transport, updateURL: url, username: username, password: password, contact: contact,
            sendsBothFamilies: sendsBoth ?? false, zone: zone, lookup: dependencies.lookup, uptime: dependencies.uptime)
    }
}

extension DynDNS2Provider {
    /// Services by name. Their update URLs are those that update clients have; all take TLS.
    static let knownServers = [
        "changeip": "https://nic.changeip.com/nic/update",
        "dnsomatic": "https://updates.dnsomatic.com/nic/update",
        "dyn": "https://members.dyndns.org/nic/update",
        "dynu": "https://api.dynu.com/nic/update",
        "he": "https://dyn.dns.he.net/nic/update",
        "infomaniak": "https://infomaniak.com/nic/update",
        "inwx": "https://dyndns.inwx.com/nic/update",
        "joker": "https://svc.joker.com/nic/update",
        "noip": "https://dynupdate.no-ip.com/nic/update",
        "simply": "https://ddns.simply.com/nic/update",
        "variomedia": "https://dyndns.variomedia.de/nic/update",
    ]

    /// The update URL that a setting means; `nil` where it means none.
    static func updateURL(_ text: String) -> String? {
        if let known = knownServers[text.lowercased()] { return known }
        if text.contains("://") { return SettingReader.baseURL(text) }
        // A host by itself has at least one dot, so that a mistyped service is not taken for one.
        guard text.contains("."), let url = SettingReader.baseURL("https://\(text)") else { return nil }
        return text.contains("/") ? url : "\(url)/nic/update"
    }
}

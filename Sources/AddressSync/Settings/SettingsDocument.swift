public import DNSRecords

/// The documentation of all settings, from their declarations: `docs/settings.md`.
public enum SettingsDocument {
    /// Markdown, ending in a newline.
    public static var markdown: String {
        var lines = [
            "# Settings",
            "",
            "All settings are environment variables. Every problem is reported at once, before any network traffic, and the",
            "process ends with exit code 78. Made from the declarations in the source: `esddns settings > docs/settings.md`.",
            "",
            "| variable | default | what it takes | what it does |",
            "|---|---|---|---|",
        ]
        for setting in SettingCatalog.all {
            let standard = setting.defaultText.map { "`\($0)`" } ?? ""
            lines.append(
                "| `\(setting.environmentName)` | \(standard) | \(setting.expected) | \(setting.summary) |")
        }
        lines += [
            "",
            "Secrets can also be given as a file, in a variable of the same name with `_FILE` behind it, or all together as files",
            "in the directory that `ESDDNS_SECRETS_DIRECTORY` names. Files are read again at every use, so that they can be replaced",
            "while the process runs. One that a provider refused is tried again within 5 s of its replacement, and at SIGHUP.",
            "",
            "## Providers",
            "",
            "Settings that every provider has:",
            "",
        ]
        lines += table(of: ProviderRegistry.sharedSettings)
        for kind in ProviderRegistry.all { lines += [""] + section(of: kind) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What one provider needs, as in ``markdown``.
    public static func markdown(of kind: ProviderKind) -> String { section(of: kind).joined(separator: "\n") + "\n" }

    private static func section(of kind: ProviderKind) -> [String] {
        [
            "### `\(kind.name)`", "", kind.summary.prefix(1).uppercased() + kind.summary.dropFirst() + ".", "",
            facts(of: kind), "",
        ] + table(of: kind.settings)
    }

    /// What the service can do, as one sentence each.
    private static func facts(of kind: ProviderKind) -> String {
        let ttl = kind.acceptedTTL
        var facts: [String] = []
        if !kind.features.contains(.ttl) {
            facts.append("The service decides the TTL.")
        } else if ttl.upperBound == TTLPolicy.largest {
            facts.append("TTL: \(ttl.lowerBound) s and more.")
        } else {
            facts.append("TTL: \(ttl.lowerBound) to \(ttl.upperBound) s.")
        }
        if !kind.features.contains(.severalAddresses) { facts.append("One address for a name.") }
        if !kind.features.contains(.ipv6) { facts.append("No AAAA records.") }
        if !kind.features.contains(.ownership) { facts.append("No marks of ownership.") }
        if !kind.limits.isEmpty {
            let limits = kind.limits.map { "\($0.count) in \(DurationText.format($0.period))" }
            facts.append("Requests are kept within \(limits.joined(separator: ", ")).")
        }
        return facts.joined(separator: " ")
    }

    private static func table(of settings: [ProviderKind.Setting]) -> [String] {
        ["| variable | secret | what it does |", "|---|---|---|"]
            + settings.map {
                "| `\(SettingDeclaration.prefix)\($0.name)` | \($0.isSecret ? "yes" : "") | \($0.summary) |"
            }
    }
}

import DNSRecords

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
            "Secrets can also be given as a file, in a variable of the same name with `_FILE` behind it; the file is read again at",
            "every use, so that it can be replaced while the process runs.",
            "",
            "## Providers",
            "",
            "Settings that every provider has:",
            "",
        ]
        lines += table(of: ProviderRegistry.sharedSettings)
        for kind in ProviderRegistry.all {
            lines += [
                "", "### `\(kind.name)`", "", kind.summary.prefix(1).uppercased() + kind.summary.dropFirst() + ".", "",
            ]
            lines += table(of: kind.settings)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func table(of settings: [ProviderKind.Setting]) -> [String] {
        ["| variable | secret | what it does |", "|---|---|---|"]
            + settings.map {
                "| `\(SettingDeclaration.prefix)\($0.name)` | \($0.isSecret ? "yes" : "") | \($0.summary) |"
            }
    }
}

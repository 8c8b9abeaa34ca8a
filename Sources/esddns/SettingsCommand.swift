import AddressSync
import ArgumentParser
import CommandSuite
import DNSRecords

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Prints all settings of the executables, with their defaults.",
        discussion: """
            As a Markdown document, or with --json as one line of JSON.

            Examples:
              esddns settings
              esddns settings --provider cloudflare
              esddns settings --json
            """)

    @Option(
        help: "Print only what this provider needs.",
        completion: .custom { _, _, _ in ProviderRegistry.all.map(\.name) })
    var provider: String?

    @Flag(name: .customLong("json"), help: "Print one line of JSON.")
    var isJSON = false

    func validate() throws { _ = try kind() }

    func run() throws {
        let kind = try kind()
        if isJSON {
            Output.print((kind.map(SettingsDocument.json(of:)) ?? SettingsDocument.json) + "\n")
        } else {
            Output.print(kind.map(SettingsDocument.markdown(of:)) ?? SettingsDocument.markdown)
        }
    }

    private func kind() throws -> ProviderKind? {
        do {
            return try provider.map { try ProviderRegistry.kind(named: $0, setting: "--provider") }
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

import AddressSync
import ArgumentParser

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Prints all settings of the executables as a Markdown document.")

    func run() { print(SettingsDocument.markdown, terminator: "") }
}

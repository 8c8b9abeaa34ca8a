import AddressSync
import ArgumentParser

struct EsddnsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "esddns",
        abstract: "Keeps DNS records on a WAN address that moves.",
        discussion: """
            Without Kubernetes, "esddns run" does it all in one process. Settings are environment variables that begin \
            with ESDDNS_; "esddns settings" lists them, and "esddns check" says what is wrong with yours.

            Examples:
              esddns detect
              esddns check --online
              esddns status
              esddns help sync

            To see the whole system at work on this machine, nothing else needed:
              esddns demo

            Tables are coloured on terminals. NO_COLOR switches that off, CLICOLOR_FORCE=1 on.
            """,
        version: Version.current,
        subcommands: [
            DetectCommand.self, SyncCommand.self, RunCommand.self, CheckCommand.self, StatusCommand.self,
            LeaseCommand.self, SettingsCommand.self, CompletionsCommand.self, DemoCommand.self, SimulateCommand.self,
        ])
}

import AddressSync
import ArgumentParser
import CommandSuite

@main
struct EsddnsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "esddns",
        abstract: "Keeps DNS records on a WAN address that moves.",
        discussion: """
            Without Kubernetes, "esddns run" does it all in one process. Settings are environment variables that begin \
            with ESDDNS_; the README lists them.

            To see the whole system at work on this machine, nothing else needed:
              esddns demo
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, SyncCommand.self, DetectCommand.self, LeaseCommand.self, SettingsCommand.self,
            DemoCommand.self,
            SimulateCommand.self,
        ])

    static func main() async {
        await main(ClusterCommand.askingItself(Array(CommandLine.arguments.dropFirst())))
    }
}

import AddressSync
import ArgumentParser
import CommandSuite

/// Usage and help name the program as people call it.
@main
struct ClusterSuite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "esddns",
        abstract: "The commands of esddns that are about clusters, real and simulated.",
        discussion: "\"esddns\" starts this executable, \(ClusterCommand.executable), by itself.",
        version: Version.current,
        subcommands: [
            CheckCommand.self, StatusCommand.self, LeaseCommand.self, DemoCommand.self, SimulateCommand.self,
        ])
}

import AddressSync
import ArgumentParser
import CommandSuite

/// A command that another executable has: listed here, carried out there, with whatever arguments it is given.
protocol ForwardedCommand: ParsableCommand {
    static var command: ClusterCommand { get }
    var arguments: [String] { get }
}

extension ForwardedCommand {
    // Also "--help" is the other executable's to answer.
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: command.rawValue, abstract: command.abstract, helpNames: [])
    }

    func run() throws {
        let name = Self.command.rawValue
        do {
            try SiblingProgram(ClusterCommand.executable).become([name] + arguments, for: "esddns \(name)")
        } catch {
            Output.print("Error: \(error)\n", to: .error)
            throw ExitCode(ProcessEntry.ExitCode.unavailable)
        }
    }
}

struct LeaseCommand: ForwardedCommand {
    static let command = ClusterCommand.lease

    @Argument(parsing: .captureForPassthrough)
    var arguments: [String] = []
}

struct DemoCommand: ForwardedCommand {
    static let command = ClusterCommand.demo

    @Argument(parsing: .captureForPassthrough)
    var arguments: [String] = []
}

struct SimulateCommand: ForwardedCommand {
    static let command = ClusterCommand.simulate

    @Argument(parsing: .captureForPassthrough)
    var arguments: [String] = []
}

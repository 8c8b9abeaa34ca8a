import AddressSync
import ArgumentParser
import CommandSuite

extension ClusterCommand {
    /// Becomes the executable that has the command, or says why that cannot be.
    func carryOut() throws -> Never {
        do {
            try become()
        } catch {
            Output.print("Error: \(error)\n", to: .error)
            throw ExitCode(ProcessEntry.ExitCode.unavailable)
        }
    }
}

// Arguments are read here, so that mistakes, help and completions need nobody else; and read again there.

struct LeaseCommand: ParsableCommand {
    static let configuration = LeaseOptions.configuration

    @OptionGroup var options: LeaseOptions

    func run() throws { try ClusterCommand.lease.carryOut() }
}

struct DemoCommand: ParsableCommand {
    static let configuration = DemoOptions.configuration

    @OptionGroup var options: DemoOptions

    func run() throws { try ClusterCommand.demo.carryOut() }
}

struct SimulateCommand: ParsableCommand {
    static let configuration = SimulateOptions.configuration

    @OptionGroup var options: SimulateOptions

    func run() throws { try ClusterCommand.simulate.carryOut() }
}

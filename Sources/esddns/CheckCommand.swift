import ArgumentParser
import CommandSuite
import FoundationEssentials

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CheckOptions.configuration

    @OptionGroup var options: CheckOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        if options.needsKubeconfig(environment) { try ClusterCommand.check.carryOut() }
        try await options.perform(environment: environment)
    }
}

import AddressSync
import ArgumentParser
import CommandSuite
import FoundationEssentials
import OperatorCore

struct StatusCommand: AsyncParsableCommand {
    static let configuration = StatusOptions.configuration

    @OptionGroup var options: StatusOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        if options.needsKubeconfig(environment) { try ClusterCommand.status.carryOut() }
        try await options.perform(environment: environment) { settings in
            try KubernetesClient.inCluster(
                environment: environment, fieldManager: "esddns",
                serviceAccountDirectory: settings.serviceAccountDirectory)
        }
    }
}

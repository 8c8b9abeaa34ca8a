import ArgumentParser
import CommandSuite
import FoundationEssentials
import KubernetesConfiguration
import OperatorCore

/// What `esddns status` becomes where a kubeconfig is needed.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = StatusOptions.configuration

    @OptionGroup var options: StatusOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let (kubeconfig, context) = (options.cluster.kubeconfig, options.cluster.context)
        try await options.perform(environment: environment) { _ in
            try await KubernetesClient.configured(
                kubeconfig: kubeconfig, context: context, environment: environment, fieldManager: "esddns")
        }
    }
}

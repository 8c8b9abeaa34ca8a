import ArgumentParser
import CommandSuite
import FoundationEssentials
import KubernetesConfiguration
import OperatorCore

/// What `esddns check` becomes where a kubeconfig is needed.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CheckOptions.configuration

    @OptionGroup var options: CheckOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let (kubeconfig, context, user) = (options.cluster.kubeconfig, options.cluster.context, options.user)
        try await options.perform(environment: environment) { _ in
            try await KubernetesClient.configured(
                kubeconfig: kubeconfig, context: context, environment: environment, fieldManager: "esddns", as: user)
        }
    }
}

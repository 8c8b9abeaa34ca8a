import AddressSync
import ArgumentParser
import CommandSuite
import FoundationEssentials
import KubernetesConfiguration
import OperatorCore

struct LeaseCommand: AsyncParsableCommand {
    static let configuration = LeaseOptions.configuration

    @OptionGroup var options: LeaseOptions

    func run() async throws {
        Interruption.endsQuietly()
        let client: KubernetesClient
        do throws(KubeconfigError) {
            client = try await KubernetesClient.configured(
                kubeconfig: options.cluster.kubeconfig, context: options.cluster.context,
                environment: ProcessInfo.processInfo.environment, fieldManager: "esddns")
        } catch {
            throw failure(error.description, ProcessEntry.ExitCode.configuration)
        }
        let namespace = options.cluster.namespace ?? client.namespace
        let result: Result<LeaseObservation, KubernetesError> = await Progress.during(
            "watching the Lease \(namespace)/\(options.name) until it is renewed"
        ) { _ in
            do throws(KubernetesError) {
                return .success(
                    try await client.observeLease(
                        options.name, namespace: namespace, patience: options.noWait ? .zero : nil))
            } catch {
                return .failure(error)
            }
        }
        await client.shutdown()
        switch result {
        case .success(let observation):
            let report = LeaseReport(observation: observation, name: options.name, namespace: namespace)
            Output.print(options.isJSON ? report.json : report.text)
        case .failure(let error):
            throw failure(error.description, ProcessEntry.ExitCode.unavailable)
        }
    }

    /// Says what is wrong on standard error, and ends with a code of its own.
    private func failure(_ message: String, _ code: Int32) -> ExitCode {
        Output.print("esddns lease: \(message)\n", to: .error)
        return ExitCode(code)
    }
}

import AddressSync
import ArgumentParser
import CommandSuite
import FoundationEssentials
import KubernetesConfiguration
import OperatorCore

struct LeaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ClusterCommand.lease.rawValue,
        abstract: ClusterCommand.lease.abstract,
        discussion: """
            The cluster is that of --kubeconfig, else of KUBECONFIG or ~/.kube/config, else the one this process runs in.

            The times in a Lease are those of its holder's clock. So the Lease is watched until it is renewed, or until its \
            own duration is over; a live leader is found so within some seconds. --no-wait prints what is there at once.

              esddns lease
              esddns lease --context home --namespace esddns-system esddns-leader --json

            Exit codes: 0 the Lease was read, whoever holds it; 69 it could not be read; 78 the kubeconfig is wrong.
            """)

    @Argument(help: "Name of the Lease.")
    var name = "esddns-leader"

    @Option(help: "A kubeconfig to use instead of those that KUBECONFIG lists.")
    var kubeconfig: String?

    @Option(help: "The context to use instead of the current one.")
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace to look in instead of the context's.")
    var namespace: String?

    @Flag(help: "Do not watch the Lease to find out whether it is being renewed.")
    var noWait = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of a table.")
    var isJSON = false

    func run() async throws {
        let client: KubernetesClient
        do throws(KubeconfigError) {
            client = try await KubernetesClient.configured(
                kubeconfig: kubeconfig, context: context, environment: ProcessInfo.processInfo.environment,
                fieldManager: "esddns")
        } catch {
            throw failure(error.description, ProcessEntry.ExitCode.configuration)
        }
        let namespace = namespace ?? client.namespace
        let result: Result<LeaseObservation, KubernetesError>
        do throws(KubernetesError) {
            result = .success(
                try await client.observeLease(name, namespace: namespace, patience: noWait ? .zero : nil))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        switch result {
        case .success(let observation):
            let report = LeaseReport(observation: observation, name: name, namespace: namespace)
            print(isJSON ? report.json : report.text, terminator: "")
        case .failure(let error):
            throw failure(error.description, ProcessEntry.ExitCode.unavailable)
        }
    }

    /// Says what is wrong on standard error, and ends with a code of its own.
    private func failure(_ message: String, _ code: Int32) -> ExitCode {
        Narrator(toStandardError: true).print("esddns lease: \(message)")
        return ExitCode(code)
    }
}

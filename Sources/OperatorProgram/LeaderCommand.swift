import AddressSync
import ArgumentParser
import FoundationEssentials

struct LeaderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OperatorRole.leader.rawValue,
        abstract: "Finds the WAN address of a cluster and publishes it in a ConfigMap.",
        discussion: """
            Runs in a pod, beside others of its kind: one leads, elected on a Lease, the others stand by.
            All settings are environment variables that begin with ESDDNS_; the README lists them.
            """,
        version: Version.current)

    func run() async throws {
        let code = await ProcessEntry.run(
            OperatorRole.leader.rawValue, environment: ProcessInfo.processInfo.environment
        ) {
            try $0.makeLeader()
        }
        throw ExitCode(code)
    }
}

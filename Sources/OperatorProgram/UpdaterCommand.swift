import AddressSync
import ArgumentParser
import FoundationEssentials

struct UpdaterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OperatorRole.updater.rawValue,
        abstract: "Keeps DNS records in step with the WAN address that the leader publishes.",
        discussion: """
            Runs in a pod on every node. While no leader is heard of, it finds the address by itself.
            All settings are environment variables that begin with ESDDNS_; the README lists them.
            """,
        version: Version.current)

    func run() async throws {
        let code = await ProcessEntry.run(
            OperatorRole.updater.rawValue, environment: ProcessInfo.processInfo.environment
        ) {
            try $0.makeUpdater()
        }
        throw ExitCode(code)
    }
}

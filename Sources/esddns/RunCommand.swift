import AddressSync
import ArgumentParser
import FoundationEssentials

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Finds the address and keeps the records in step, without Kubernetes, until it is told to stop.",
        discussion: """
            At least ESDDNS_RECORDS and a provider's credentials have to be set:
              ESDDNS_RECORDS=home.example.com ESDDNS_GANDI_TOKEN_FILE=/etc/esddns/token esddns run
            """)

    func run() async throws {
        let code = await ProcessEntry.run("esddns", environment: ProcessInfo.processInfo.environment) {
            try $0.makeStandalone()
        }
        throw ExitCode(code)
    }
}

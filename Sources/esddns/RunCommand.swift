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

            What it knows is kept in ESDDNS_STATE_FILE, so that a restart writes nothing without need.

            Users of the original Python program can keep its settings: where TARGET_DOMAIN_FQDN is set, API_KEY, \
            RECORD_NAME_ROOT and RECORD_TTL are read as well, and with --config its dns.ini. The log names the new setting \
            for each:
              esddns run --config dns.ini
            """)

    @Option(name: .customLong("config"), help: "Read the original program's dns.ini.")
    var configuration: String?

    func run() async throws {
        let code = await ProcessEntry.runStandalone(
            environment: ProcessInfo.processInfo.environment, configuration: configuration)
        throw ExitCode(code)
    }
}

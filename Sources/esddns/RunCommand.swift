import AddressSync
import ArgumentParser
import FoundationEssentials

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Finds the address and keeps the records in step, without Kubernetes, until it is told to stop.",
        discussion: """
            At least ESDDNS_RECORDS and a provider's credentials have to be set. "esddns check --online" says what is missing.

            Examples:
              ESDDNS_RECORDS=home.example.com \\
                ESDDNS_GANDI_TOKEN_FILE=/etc/esddns/token esddns run

            What it knows is kept in ESDDNS_STATE_FILE, so that a restart writes nothing without need.

            Users of the original Python program can keep its settings: where TARGET_DOMAIN_FQDN is set, API_KEY, \
            RECORD_NAME_ROOT and RECORD_TTL are read as well, and with --config its dns.ini. The log names the new setting \
            for each:
              esddns run --config dns.ini

            It writes its log to standard error, as JSON with ESDDNS_LOG_FORMAT=json; "esddns status --url" reads its state.

            Exit codes: 0 it was told to stop; 69 a service failed, such as the port of the page; 78 settings are wrong.
            """)

    @Option(
        name: .customLong("config"), help: "Read the original program's dns.ini.",
        completion: .file(extensions: ["ini"]))
    var configuration: String?

    func run() async throws {
        let code = await ProcessEntry.runStandalone(
            environment: ProcessInfo.processInfo.environment, configuration: configuration)
        throw ExitCode(code)
    }
}

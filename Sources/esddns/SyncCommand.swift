import AddressSync
import ArgumentParser
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Finds the address, brings every record in step with it once, and ends.",
        discussion: """
            Settings are those of "esddns run". Records that the zone's name servers show as they should be are not \
            written, and their provider is not asked.

            To see what would be done, without doing it:
              ESDDNS_RECORDS=home.example.com ESDDNS_GANDI_TOKEN_FILE=/etc/esddns/token esddns sync --dry-run

            Ends with 0 if all is well, 69 if something will fail again until somebody acts, 75 if no address is \
            confirmed or another attempt may help, 77 if credentials are not accepted, and 78 if settings are wrong.
            """)

    @Option(name: .customLong("config"), help: "Read the original program's dns.ini, as \"esddns run\" does.")
    var configuration: String?

    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON.")
    var isJSON = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let result = await ProcessEntry.sync(
            environment: ProcessInfo.processInfo.environment, configuration: configuration, isDryRun: dryRun,
            isJSON: isJSON)
        Output.print(result.errors, to: .error)
        Output.print(result.output)
        guard result.exitCode == 0 else { throw ExitCode(result.exitCode) }
    }
}

import AddressSync
import ArgumentParser
import CommandSuite
import FoundationEssentials

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Finds the address, brings every record in step with it once, and ends.",
        discussion: """
            Settings are those of "esddns run". Records that the zone's name servers show as they should be are not \
            written, and their provider is not asked.

            Examples:
              ESDDNS_RECORDS=home.example.com \\
                ESDDNS_GANDI_TOKEN_FILE=/etc/esddns/token esddns sync
              esddns sync --config dns.ini --json

            To see what would be done, without doing it:
              esddns sync --dry-run

            Exit codes: 0 all is well, 69 something will fail again until somebody acts, 75 no address is confirmed or \
            another attempt may help, 77 credentials are not accepted, 78 settings are wrong.
            """)

    @Option(
        name: .customLong("config"), help: "Read the original program's dns.ini, as \"esddns run\" does.",
        completion: .file(extensions: ["ini"]))
    var configuration: String?

    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON.")
    var isJSON = false

    func run() async throws {
        Interruption.endsQuietly()
        let result = await Progress.during("finding the address, looking at the records") { _ in
            await ProcessEntry.sync(
                environment: ProcessInfo.processInfo.environment, configuration: configuration, isDryRun: dryRun,
                isJSON: isJSON, isColored: Terminal.output.isColored)
        }
        Output.print(result.errors, to: .error)
        Output.print(result.output)
        guard result.exitCode == 0 else { throw ExitCode(result.exitCode) }
    }
}

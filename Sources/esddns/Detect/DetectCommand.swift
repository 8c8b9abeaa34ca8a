import AddressSync
import ArgumentParser
import CommandSuite
import NetworkPrimitives
import WANDetection

struct DetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Asks for the address of this site's line once, and tells what everybody answered.",
        discussion: """
            Without sources it asks the built-in ones; with any it asks those alone. Each operator has one vote. Servers \
            given by an IP address count as operators of their own, one for each port, unless they are given a name.

            Where an authenticated source (HTTPS, STUN over TLS, DNS over HTTPS) is among them, one of those has to confirm \
            the address; otherwise the quorum alone decides.

            Examples:
              esddns detect
              esddns detect --ipv6 --quorum 3
              esddns detect --stun stun.cloudflare.com:3478 --stun mine=203.0.114.7:3478 --json

            Exit codes: 0 an address is confirmed, 75 none is, 64 the arguments are wrong, 69 web sources cannot be asked, \
            since libcurl is not installed.
            """)

    @Option(
        help: ArgumentHelp("A STUN server; may be repeated.", valueName: "[OPERATOR=]HOST:PORT[/tcp|/tls]"),
        completion: .custom { _, _, _ in known(.stun) })
    var stun: [String] = []

    @Option(
        help: ArgumentHelp(
            "A web address of a list of STUN servers, one a line: for more than a few dozen.", valueName: "URL"))
    var stunList: [String] = []

    @Option(
        help: ArgumentHelp("A web address that answers with the caller's address.", valueName: "[OPERATOR=]URL"),
        completion: .custom { _, _, _ in known(.web) })
    var http: [String] = []

    @Option(
        help: ArgumentHelp(
            "A DNS question that is answered with the asker's address.",
            valueName: "[OPERATOR=]NAME/TYPE[/CLASS]@HOST[:PORT]"))
    var dns: [String] = []

    @Option(help: "Operators that have to agree, 1 to 10.")
    var quorum = 2

    @Flag(name: .customLong("ipv6"), help: "Detect the IPv6 address instead of the IPv4 address.")
    var isIPv6 = false

    @Option(help: "Seconds after which a round without a quorum ends.")
    var timeout = 10.0

    @Flag(help: "For tests: ask servers and accept addresses that are not public, and permit plain HTTP.")
    var allowNonGlobal = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of a table.")
    var isJSON = false

    func validate() throws { _ = try request() }

    func run() async throws {
        Interruption.endsQuietly()
        let request = try request()
        for problem in request.unreadable { Output.print("not asked: \(problem)\n", to: .error) }
        let report: DetectionReport
        do {
            report = try await Progress.during("asking \(request.sources.count) sources") { _ in
                try await request.run()
            }
        } catch {
            Output.print("Error: \(error)\n", to: .error)
            throw ExitCode(ProcessEntry.ExitCode.unavailable)
        }
        for problem in report.problems { Output.print("not asked: \(problem)\n", to: .error) }
        Output.print(isJSON ? report.json + "\n" : report.table(isColored: Terminal.output.isColored))
        guard report.isConfirmed else { throw ExitCode(ProcessEntry.ExitCode.temporaryFailure) }
    }

    private func request() throws -> DetectionRequest {
        let seconds = timeout.isFinite ? min(max(timeout, -1), 1e6) : -1
        do {
            return try DetectionRequest(
                .init(stun: stun, http: http, dns: dns, lists: stunList), quorum: quorum,
                family: isIPv6 ? .ipv6 : .ipv4,
                allowNonGlobal: allowNonGlobal, timeout: .seconds(seconds))
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The built-in sources of one kind, for completions.
    private static func known(_ method: AddressSource.Method) -> [String] {
        AddressSource.defaults(for: .ipv4).filter { $0.transport.method == method }.map(\.description)
    }
}

import AddressSync
import ArgumentParser
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
    var quorum = DetectOptions().quorum

    @Flag(name: .customLong("ipv6"), help: "Detect the IPv6 address instead of the IPv4 address.")
    var isIPv6 = false

    @Option(help: "Seconds after which a round without a quorum ends.")
    var timeout = DetectOptions().timeout

    @Flag(help: "For tests: ask servers and accept addresses that are not public, and permit plain HTTP.")
    var allowNonGlobal = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of a table.")
    var isJSON = false

    func validate() throws {
        do { _ = try options.request() } catch { throw ValidationError(error.description) }
    }

    func run() async throws {
        let code = await options.detect()
        guard code == 0 else { throw ExitCode(code) }
    }

    var options: DetectOptions {
        DetectOptions(
            stun: stun, stunList: stunList, http: http, dns: dns, quorum: quorum, isIPv6: isIPv6, timeout: timeout,
            allowNonGlobal: allowNonGlobal, isJSON: isJSON)
    }

    /// The built-in sources of one kind, for completions.
    private static func known(_ method: AddressSource.Method) -> [String] {
        AddressSource.defaults(for: .ipv4).filter { $0.transport.method == method }.map(\.description)
    }
}

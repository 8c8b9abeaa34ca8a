import ArgumentParser
import CommandSuite
import NetworkPrimitives

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ClusterCommand.demo.rawValue,
        abstract: ClusterCommand.demo.abstract,
        discussion: """
            Everything listens on the loopback interface and nothing leaves this machine. The same code runs as in a \
            cluster; only the servers around it are simulated.

            One change without a terminal, with one line of JSON at the end:
              esddns demo --once --json
            """)

    @Flag(help: "Make one change of the WAN address, wait until the record has it, and end.")
    var once = false

    @Flag(name: .customLong("json"), help: "With --once: print the result as one line of JSON on standard output.")
    var isJSON = false

    @Option(help: "How many updaters to run, 1 to 50.")
    var updaters = 5

    @Option(help: "Port of the first leader's status page; the second leader's is the next. 0 lets the system choose.")
    var port: UInt16 = 8080

    func validate() throws {
        guard (1...50).contains(updaters) else { throw ValidationError("--updaters is \(updaters); expected 1 to 50") }
        guard once || !isJSON else { throw ValidationError("--json goes with --once") }
        guard port < 65_535 else { throw ValidationError("--port is \(port); expected 0 to 65534") }
    }

    func run() async throws {
        let demo = try Demo(updaters: updaters, port: once ? 0 : port, narrator: Narrator(toStandardError: once))
        if once {
            try await demo.runOnce(json: isJSON)
        } else {
            try await demo.runInteractively()
        }
    }
}

public import ArgumentParser

/// What `esddns demo` takes.
public struct DemoOptions: ParsableArguments {
    public static let configuration = CommandConfiguration(
        commandName: ClusterCommand.demo.rawValue,
        abstract: "Shows the whole system on this machine: a simulated cluster, two leaders, five updaters, DNS.",
        discussion: """
            Everything listens on the loopback interface and nothing leaves this machine. The same code runs as in a \
            cluster; only the servers around it are simulated.

            Examples:
              esddns demo
              esddns demo --updaters 20 --port 9000

            One change without a terminal, with one line of JSON at the end:
              esddns demo --once --json

            Exit codes: 0 it was left in good order, or with --once the record followed; 1 it did not.
            """)

    @Flag(help: "Make one change of the WAN address, wait until the record has it, and end.")
    public var once = false

    @Flag(name: .customLong("json"), help: "With --once: print the result as one line of JSON on standard output.")
    public var isJSON = false

    @Option(help: "How many updaters to run, 1 to 50.")
    public var updaters = 5

    @Option(help: "Port of the first leader's status page; the second leader's is the next. 0 lets the system choose.")
    public var port: UInt16 = 8080

    public init() {}

    public func validate() throws {
        guard (1...50).contains(updaters) else { throw ValidationError("--updaters is \(updaters); expected 1 to 50") }
        guard once || !isJSON else { throw ValidationError("--json goes with --once") }
        guard port < 65_535 else { throw ValidationError("--port is \(port); expected 0 to 65534") }
    }
}

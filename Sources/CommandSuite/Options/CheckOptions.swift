public import AddressSync
public import ArgumentParser

extension CheckReport.Role: ExpressibleByArgument {}

/// What `esddns check` takes, and what it does with it.
public struct CheckOptions: ParsableArguments {
    public static let configuration = CommandConfiguration(
        commandName: ClusterCommand.check.rawValue,
        abstract: "Checks the settings, and with --online everything that depends on them. Changes nothing.",
        discussion: """
            Settings are read as the process of a role would read them, from this process's environment: run, leader or \
            updater. Without --role it is what a pod with these settings would be, and elsewhere run. Everything that is wrong \
            is named at once, with what would be right.

            With --online it goes on: every source of the address is asked once; of every record credentials, zone, name \
            servers and contents are looked at; the clock is compared; of a leader or updater the API server, what is \
            permitted there, and the objects. Nothing is written, neither at a provider nor in the cluster.

            Examples:
              ESDDNS_RECORDS=home.example.com ESDDNS_QUORUM=3 esddns check
              esddns check --online --json
              esddns check --config dns.ini
              kubectl exec -n esddns-system ds/esddns-updater -- \\
                /usr/local/bin/esddns check --online
              esddns check --online --role leader --context home \\
                --as system:serviceaccount:esddns-system:esddns-leader

            Exit codes: 0 nothing failed; 69 something failed that will fail again until somebody acts; 75 something may \
            work later, such as a quorum; 77 credentials or permissions do not suffice; 78 settings are wrong.
            """)

    @Option(help: "As which process the settings are read.")
    public var role: CheckReport.Role?

    @Option(
        name: .customLong("config"), help: "Read the original program's dns.ini, as \"esddns run\" does.",
        completion: .file(extensions: ["ini"]))
    public var configuration: String?

    @Flag(
        name: .customLong("online"), help: "Also look at sources, providers, name servers, the clock and the cluster.")
    public var isOnline = false

    @OptionGroup public var cluster: KubeconfigOptions

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("Ask the API server as this user, such as a role's service account.", valueName: "user"))
    public var user: String?

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of a table.")
    public var isJSON = false

    public init() {}

    public func validate() throws {
        guard isOnline || (!cluster.isExplicit && user == nil) else {
            throw ValidationError("--kubeconfig, --context and --as go with --online")
        }
        guard role != .run || (!cluster.isExplicit && user == nil) else {
            throw ValidationError(
                "--role run has no cluster; --kubeconfig, --context and --as go with leader or updater")
        }
    }

    /// Whether a cluster has to be reached by a kubeconfig.
    public func needsKubeconfig(_ environment: [String: String]) -> Bool {
        guard isOnline else { return false }
        if cluster.isExplicit || user != nil { return true }
        return (role ?? .assumed(in: environment)) != .run && !isInCluster(environment)
    }

    /// Checks, and prints what it came to.
    ///
    /// - Parameter connect: makes a client of the cluster that is meant; `nil`: of the pod's own.
    /// - Throws: `ExitCode` where anything failed.
    public func perform(
        environment: [String: String], connect: ProcessEntry.CheckRequest.Connect? = nil
    ) async throws {
        Interruption.endsQuietly()
        var request = ProcessEntry.CheckRequest(environment: environment)
        if let namespace = cluster.namespace { request.environment["ESDDNS_NAMESPACE"] = namespace }
        request.configuration = configuration
        // Whoever names a cluster does not mean a process without one.
        request.role = role ?? (cluster.isExplicit || user != nil ? .leader : nil)
        request.isOnline = isOnline
        request.connect = connect
        let ready = request
        let report = await Progress.during("reading the settings") { progress in
            await ProcessEntry.check(ready) { progress.say($0) }
        }
        Output.print(isJSON ? report.json + "\n" : report.text(isColored: Terminal.output.isColored))
        guard report.exitCode == 0 else { throw ExitCode(report.exitCode) }
    }
}

public import AddressSync
public import ArgumentParser
public import OperatorCore

/// What `esddns status` takes, and what it does with it.
public struct StatusOptions: ParsableArguments {
    public static let configuration = CommandConfiguration(
        commandName: ClusterCommand.status.rawValue,
        abstract: "Tells what is believed: the address, who leads, the records, and what each node did.",
        discussion: """
            Of a cluster, it reads the Lease and the ConfigMaps; of a process, its status page (--url) or what it keeps over \
            restarts (--state-file, or where ESDDNS_STATE_FILE is set). Nothing is detected, and no provider is asked.

            The cluster is that of --kubeconfig, else of KUBECONFIG or ~/.kube/config, else the one this process runs in. The \
            Lease is watched until it is renewed, so that it is certain whether the leader is alive; --no-wait does not.

            Examples:
              esddns status
              esddns status --context home --namespace esddns-system --json
              esddns status --watch
              esddns status --url http://127.0.0.1:8080
              esddns status --state-file /var/lib/esddns/state.json

            Exit codes: 0 it was read, whatever it says; 69 it could not be read, or esddns is not installed there; 77 \
            something may not be read; 78 the kubeconfig or a setting is wrong.
            """)

    @Option(help: ArgumentHelp("Ask the process whose status page is there.", valueName: "url"))
    public var url: String?

    @Option(
        help: ArgumentHelp("Read the state of \"esddns run\" in this file.", valueName: "file"), completion: .file())
    public var stateFile: String?

    @OptionGroup public var cluster: KubeconfigOptions

    @Option(help: "The Lease; ESDDNS_LEASE_NAME, or esddns-leader, if not given.")
    public var lease: String?

    @Option(
        help: ArgumentHelp(
            "The ConfigMap of the address; ESDDNS_ADDRESS_CONFIGMAP, or esddns-wan-address, if not given.",
            valueName: "name"))
    public var addressConfigmap: String?

    @Option(
        help: ArgumentHelp(
            "The ConfigMap of the records; ESDDNS_RECORDS_CONFIGMAP, or esddns-records, if not given.",
            valueName: "name"))
    public var recordsConfigmap: String?

    @Flag(help: "Do not watch the Lease to find out whether it is being renewed.")
    public var noWait = false

    @Flag(name: .customLong("watch"), help: "Go on, and print again what has changed, until interrupted.")
    public var isWatching = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of tables.")
    public var isJSON = false

    public init() {}

    public func validate() throws {
        let places = [url != nil, stateFile != nil, cluster.isExplicit || cluster.namespace != nil].count { $0 }
        guard places <= 1 else {
            throw ValidationError("--url, --state-file and a cluster are different places; name one of them")
        }
    }

    /// Where to look.
    enum Place: Hashable {
        case url(String)
        case stateFile(String)
        case cluster
    }

    func place(_ environment: [String: String]) -> Place {
        if let url { return .url(url) }
        if let stateFile { return .stateFile(stateFile) }
        if !cluster.isExplicit, cluster.namespace == nil, !isInCluster(environment),
            let file = Overview.stateFile(in: environment)
        {
            return .stateFile(file)
        }
        return .cluster
    }

    /// Whether a cluster has to be reached by a kubeconfig.
    public func needsKubeconfig(_ environment: [String: String]) -> Bool {
        place(environment) == .cluster && (cluster.isExplicit || !isInCluster(environment))
    }

    /// Reads, and prints what is there.
    ///
    /// - Parameter connect: makes a client of the cluster that is meant, which is shut down at the end.
    /// - Throws: `ExitCode` where it could not be read.
    public func perform(
        environment: [String: String], connect: @Sendable (ClusterSettings) async throws -> KubernetesClient
    ) async throws {
        Interruption.endsQuietly()
        switch place(environment) {
        case .url(let url):
            try await repeating { () async throws(Overview.Unavailable) in try await Overview.read(url: url) }
        case .stateFile(let path):
            try await repeating { () async throws(Overview.Unavailable) in try Overview.read(stateFile: path) }
        case .cluster: try await performOnCluster(environment, connect)
        }
    }

    private func performOnCluster(
        _ environment: [String: String], _ connect: (ClusterSettings) async throws -> KubernetesClient
    ) async throws {
        let client: KubernetesClient
        var objects: Overview.Objects
        do {
            let settings = try ClusterSettings(environment: environment)
            client = try await connect(settings)
            objects = Overview.Objects(
                settings, namespace: cluster.namespace ?? settings.namespace ?? client.namespace)
        } catch {
            Output.print("Error: \(error)\n", to: .error)
            throw ExitCode(ProcessEntry.ExitCode.configuration)
        }
        objects.lease = lease ?? objects.lease
        objects.addressConfigMap = addressConfigmap ?? objects.addressConfigMap
        objects.recordsConfigMap = recordsConfigmap ?? objects.recordsConfigMap
        let (chosen, patience): (Overview.Objects, Duration?) = (objects, noWait ? .zero : nil)
        do {
            try await repeating { () async throws(Overview.Unavailable) in
                try await Overview.read(chosen, from: client, patience: patience)
            }
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private static let interval = Duration.seconds(2)

    /// Prints once, or again and again.
    private func repeating(_ read: @Sendable () async throws(Overview.Unavailable) -> Overview) async throws {
        var last: String?
        repeat {
            let result: Result<Overview, Overview.Unavailable> = await Progress.during(
                "reading, until the Lease is renewed", on: isWatching ? .silent : .error
            ) { _ in
                do throws(Overview.Unavailable) { return .success(try await read()) } catch { return .failure(error) }
            }
            switch result {
            case .success(let overview):
                let isNew = last != overview.json
                last = overview.json
                show(overview, isNew: isNew)
                if !isWatching, overview.isRefused { throw ExitCode(ProcessEntry.ExitCode.notPermitted) }
            case .failure(let error):
                Output.print("Error: \(error)\n", to: .error)
                if !isWatching { throw ExitCode(error.exitCode) }
            }
            if isWatching { try await Task.sleep(for: Self.interval) }
        } while isWatching
    }

    private func show(_ overview: Overview, isNew: Bool) {
        let terminal = Terminal.output
        // Ages go on, so that a person sees them do so; for files only changes count.
        guard isNew || (terminal.isInteractive && !isJSON) else { return }
        let text = isJSON ? overview.json + "\n" : overview.text(isColored: terminal.isColored)
        let clearing = isWatching && terminal.isInteractive && !isJSON ? "\u{1B}[H\u{1B}[2J" : ""
        Output.print(clearing + text)
    }
}

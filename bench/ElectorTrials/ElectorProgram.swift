public import Foundation

/// A program that runs for leadership of a Lease: ours, and others to compare it with.
///
/// All of them take the flags `--kubeconfig --namespace --lease --identity --lease-duration --renew-deadline --retry-period`,
/// durations as in `1500ms` or `15s`. They print `<Unix time in ns> leading IDENTITY` when a term begins and
/// `<Unix time in ns> stopped IDENTITY` when their work has ended, and stop on SIGTERM.
public struct ElectorProgram: Sendable, Hashable {
    /// For tables and messages.
    public let name: String
    public let executable: String
    /// Before the flags.
    public let arguments: [String]
    /// Whether it gives the Lease back when it stops; otherwise its successor waits until it has expired.
    public let givesBack: Bool

    public init(name: String, executable: String, arguments: [String] = [], givesBack: Bool) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.givesBack = givesBack
    }

    /// Why a program cannot be run.
    public struct Missing: Error, CustomStringConvertible {
        public let description: String
    }

    /// The `LeaderElector` of this project.
    ///
    /// - Parameter bench: path of the executable `esddns-bench`.
    public static func own(bench: String) -> ElectorProgram {
        ElectorProgram(name: "esddns", executable: bench, arguments: ["candidate"], givesBack: true)
    }

    /// The official Python client.
    ///
    /// - Parameter root: of the project, where `scripts/install-peers.sh` puts it.
    public static func python(
        root: URL = URL(filePath: FileManager.default.currentDirectoryPath)
    ) throws(Missing) -> ElectorProgram {
        let interpreter = root.appending(path: ".build-tools/peers/bin/python").path
        let script = root.appending(path: "scripts/peers/python-elector.py").path
        guard FileManager.default.isExecutableFile(atPath: interpreter) else {
            throw Missing(description: "not installed; scripts/install-peers.sh installs it")
        }
        return ElectorProgram(name: "Python client", executable: interpreter, arguments: [script], givesBack: false)
    }

    /// Whatever `PEER_ELECTOR` names, such as an elector of client-go.
    public static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(Missing) -> ElectorProgram {
        guard let path = environment["PEER_ELECTOR"], !path.isEmpty else {
            throw Missing(description: "PEER_ELECTOR is not set")
        }
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "PEER_ELECTOR is \(path), which is no executable")
        }
        return ElectorProgram(
            name: "PEER_ELECTOR (\(URL(filePath: path).lastPathComponent))", executable: path, givesBack: true)
    }
}

/// Settings that all electors of one trial share.
public struct ElectorTiming: Sendable, Hashable {
    /// In whole seconds.
    public var leaseDuration: Int
    public var renewDeadline: Int
    public var retryPeriod: Int

    public init(leaseDuration: Int = 15, renewDeadline: Int = 10, retryPeriod: Int = 2) {
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }
}

/// Which Lease a trial is about, and how its server is reached.
public struct ElectorTrial: Sendable, Hashable {
    public var kubeconfig: String
    public var namespace: String
    public var lease: String
    public var timing: ElectorTiming

    public init(kubeconfig: String, namespace: String, lease: String, timing: ElectorTiming) {
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self.lease = lease
        self.timing = timing
    }

    func arguments(identity: String) -> [String] {
        [
            "--kubeconfig", kubeconfig, "--namespace", namespace, "--lease", lease, "--identity", identity,
            "--lease-duration", "\(timing.leaseDuration)s", "--renew-deadline", "\(timing.renewDeadline)s",
            "--retry-period", "\(timing.retryPeriod)s",
        ]
    }
}

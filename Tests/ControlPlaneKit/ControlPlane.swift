import ClusterSimulator
import CurlHTTP
public import Foundation
import HTTPTypes

/// `etcd` and `kube-apiserver` on free loopback ports for as long as a closure runs; the binaries of envtest serve.
///
/// Everything that they write is in a temporary directory. Both processes end with the closure, and also with the process
/// that runs it, however that ends.
///
/// What etcd held before the API server started has been compacted, so that resource versions up to
/// ``expiredResourceVersion`` have expired from the start.
///
/// ```swift
/// try await ControlPlane(assets: "/usr/local/kubebuilder/bin").run { server in
///     … a client for server.url, server.authorityPEM and server.adminToken, or of server.kubeconfig …
/// }
/// ```
public struct ControlPlane: Sendable {
    /// Why there is no control plane, for people.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// A control plane that is up.
    public struct Server: Sendable {
        /// `https://127.0.0.1:PORT`
        public let url: String
        public let port: UInt16
        /// Whose certificates clients are to trust.
        public let authorityPEM: String
        /// Of a member of `system:masters`.
        public let adminToken: String
        /// The same user, by certificate instead of token, as PEM.
        public let adminCertificatePEM: String
        public let adminKeyPEM: String
        /// Path of a kubeconfig for the administrator, with everything in it.
        public let kubeconfig: String
        /// For whatever else a test has to write; removed at the end.
        public let directory: String
    }

    /// Lists and watches from this version, or one before it, are answered with 410.
    public static let expiredResourceVersion = 5

    /// The directory of the binaries.
    public let assets: String
    /// For each of the two to become ready: a busy machine may need that long.
    public var patience: Duration = .seconds(120)

    public init(assets: String) { self.assets = assets }

    /// The directory that `KUBEBUILDER_ASSETS` names.
    public static func inEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> ControlPlane? {
        guard let assets = environment["KUBEBUILDER_ASSETS"], !assets.isEmpty else { return nil }
        return ControlPlane(assets: assets)
    }

    /// Starts both, waits until they are ready, and ends them after the closure.
    ///
    /// - Throws: ``Failure`` where one cannot be started or ends by itself, with what it said last; what the closure throws.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable (Server) async throws -> Result
    ) async throws -> Result {
        for name in ["etcd", "kube-apiserver"]
        where !FileManager.default.isExecutableFile(atPath: "\(assets)/\(name)") {
            throw Failure(description: "KUBEBUILDER_ASSETS is \(assets), where there is no executable \(name)")
        }
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("control-plane-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ports = try FreePorts.find(3)
        let server = try ControlPlaneFiles(directory: directory).write(port: ports[2])
        let etcd = try ServerProcess("\(assets)/etcd", etcdArguments(directory, ports), log: "\(directory)/etcd.log")
        let api = try ServerProcess(
            "\(assets)/kube-apiserver", serverArguments(directory, ports), log: "\(directory)/kube-apiserver.log")

        return try await withThrowingTaskGroup(of: Result?.self) { group in
            // Their end is awaited with the group's, so that nothing is left when the directory is removed.
            defer {
                api.end()
                etcd.end()
                group.cancelAll()
            }
            group.addTask {
                try await etcd.run()
                return nil
            }
            group.addTask {
                let probe = try ReadinessProbe(server, patience: patience)
                try await probe.use { try await probe.forgetHistory(ofEtcdAt: "http://127.0.0.1:\(ports[0])") }
                return nil
            }
            // Not before: an API server would remember the versions that it has seen.
            _ = try await group.next()
            group.addTask {
                try await api.run()
                return nil
            }
            group.addTask {
                let probe = try ReadinessProbe(server, patience: patience)
                try await probe.use { try await probe.waitForAPI() }
                return try await body(server)
            }
            // The first to end is the closure, unless a process has failed.
            guard let result = try await group.next(), let result else {
                throw Failure(description: "the control plane has ended by itself")
            }
            return result
        }
    }

    private func etcdArguments(_ directory: String, _ ports: [UInt16]) -> [String] {
        let (client, peer) = ("http://127.0.0.1:\(ports[0])", "http://127.0.0.1:\(ports[1])")
        return [
            "--data-dir=\(directory)/etcd", "--listen-client-urls=\(client)", "--advertise-client-urls=\(client)",
            "--listen-peer-urls=\(peer)", "--initial-advertise-peer-urls=\(peer)",
            "--initial-cluster=default=\(peer)", "--unsafe-no-fsync", "--log-level=warn",
        ]
    }

    private func serverArguments(_ directory: String, _ ports: [UInt16]) -> [String] {
        [
            "--etcd-servers=http://127.0.0.1:\(ports[0])", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--secure-port=\(ports[2])", "--cert-dir=\(directory)",
            "--tls-cert-file=\(directory)/server.crt", "--tls-private-key-file=\(directory)/server.key",
            "--client-ca-file=\(directory)/ca.crt", "--token-auth-file=\(directory)/tokens.csv",
            "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=\(directory)/accounts.crt",
            "--service-account-signing-key-file=\(directory)/accounts.key",
            "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none", "--watch-cache=true",
        ]
    }
}

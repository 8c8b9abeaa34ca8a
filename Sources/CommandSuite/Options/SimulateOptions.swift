public import ArgumentParser
public import NetworkPrimitives

/// What `esddns simulate` takes.
public struct SimulateOptions: ParsableArguments {
    public static let configuration = CommandConfiguration(
        commandName: ClusterCommand.simulate.rawValue,
        abstract: "Runs a simulated Kubernetes API server over TLS, to try the executables against.",
        discussion: """
            Objects, tokens and the certificate authority are kept in the state directory, so that a server started again on \
            it goes on where the last one stopped. The directory also gets a kubeconfig, and service accounts for both \
            executables.

            Examples:
              esddns simulate --state /tmp/cluster --listen 127.0.0.1:6443 &
              esddns status --kubeconfig /tmp/cluster/kubeconfig
              KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=6443 \\
                ESDDNS_SERVICE_ACCOUNT_DIRECTORY=/tmp/cluster/esddns-leader esddns-leader

            Exit codes: 0 it was told to stop; 1 it could not start.
            """)

    @Option(help: "Directory for the state; created where it is missing.", completion: .directory)
    public var state: String

    @Option(help: "ADDRESS:PORT to listen on; 127.0.0.1:6443 if not given.", transform: { try HostPort(parsing: $0) })
    public var listen = HostPort(host: "127.0.0.1", port: 6443)

    @Option(help: "A further host name or address for the server's certificate; may be repeated.")
    public var certificateName: [String] = []

    @Option(help: "GROUP/VERSION/KIND/PLURAL of a kind of custom resources, in namespaces; may be repeated.")
    public var customResource: [String] = []

    @Option(
        help: "File to which each request is appended as a line of JSON: who, what, and whether RBAC allowed it.",
        completion: .file())
    public var calls: String?

    @Flag(name: .customLong("json"), help: "Say where it listens as one line of JSON.")
    public var isJSON = false

    public init() {}
}

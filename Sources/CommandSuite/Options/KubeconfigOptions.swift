public import ArgumentParser

/// Which cluster is meant.
public struct KubeconfigOptions: ParsableArguments {
    @Option(help: "A kubeconfig to use instead of those that KUBECONFIG lists.", completion: .file())
    public var kubeconfig: String?

    @Option(
        help: "The context to use instead of the current one.",
        completion: .shellCommand("kubectl config get-contexts -o name 2>/dev/null"))
    public var context: String?

    @Option(
        name: .shortAndLong, help: "The namespace to look in instead of the context's.",
        completion: .shellCommand("kubectl get namespaces -o name 2>/dev/null | cut -d/ -f2"))
    public var namespace: String?

    public init() {}

    /// Whether a kubeconfig is asked for, rather than the cluster that this process may run in.
    var isExplicit: Bool { kubeconfig != nil || context != nil }
}

/// Whether the process runs in a pod, where no kubeconfig is needed.
func isInCluster(_ environment: [String: String]) -> Bool {
    environment["KUBERNETES_SERVICE_HOST"].map { !$0.isEmpty } ?? false
}

public import OperatorCore

extension KubernetesClient {
    /// A client for the cluster that a command line means: of the kubeconfig that it names, else of those that kubectl
    /// would read, else the one that this process runs in, as its service account.
    ///
    /// Call `shutdown()` at the end.
    ///
    /// - Parameters:
    ///   - path: reads exactly this file, instead of those that `KUBECONFIG` lists or `~/.kube/config`.
    ///   - context: `nil` takes the current one. Only a kubeconfig has contexts.
    ///   - environment: of the process; credential plugins inherit it.
    ///   - fieldManager: the name under which the server records what was written.
    ///   - user: on whose behalf requests are made instead of on that of the kubeconfig's `as`, such as a service account's;
    ///     needs a kubeconfig.
    /// - Throws: ``KubeconfigError`` that names the file, the line and the key that are wrong, or all places where a cluster
    ///   was looked for in vain.
    public static func configured(
        kubeconfig path: String? = nil,
        context: String? = nil,
        environment: [String: String],
        fieldManager: String,
        as user: String? = nil,
        metrics: ClientMetrics = ClientMetrics()
    ) async throws(KubeconfigError) -> KubernetesClient {
        let isInCluster = environment["KUBERNETES_SERVICE_HOST"].map { !$0.isEmpty } ?? false
        if path == nil, context == nil, user == nil, isInCluster, Kubeconfig.existingPaths(environment).isEmpty {
            do throws(KubernetesError) {
                return try inCluster(environment: environment, fieldManager: fieldManager, metrics: metrics)
            } catch {
                throw KubeconfigError(problem: "not found, and the pod's own access cannot be used: \(error.message)")
            }
        }
        var access = try Kubeconfig(path: path, environment: environment).access(context: context)
        if let user { access.impersonation = .init(user: user) }
        return try await access.client(fieldManager: fieldManager, environment: environment, metrics: metrics)
    }
}

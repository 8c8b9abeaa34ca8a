public import CurlHTTP

extension KubernetesClient {
    /// A client for the API server of the cluster that this process runs in, as its service account.
    ///
    /// It has its own connections, so that one client's trouble is not another's; call ``shutdown()`` at the end. Token and
    /// authority are read when they are needed: a process may start before they are there.
    ///
    /// - Parameters:
    ///   - environment: of the process; see ``InClusterConfiguration``.
    ///   - fieldManager: the name under which the server records what we wrote.
    ///   - http: everything about connections but whom to trust.
    /// - Throws: ``KubernetesError`` with ``KubernetesError/Failure/configuration`` where the environment is not that of a
    ///   pod.
    public static func inCluster(
        environment: [String: String],
        fieldManager: String,
        serviceAccountDirectory: String = InClusterConfiguration.defaultServiceAccountDirectory,
        http: HTTPClient.Configuration = HTTPClient.Configuration(),
        metrics: ClientMetrics = ClientMetrics(),
        files: FileReader = .system,
        clock: any Clock<Duration> = ContinuousClock(),
        makeTransport: @escaping ReloadingTransport.Factory = { try HTTPClient(configuration: $0) }
    ) throws(KubernetesError) -> KubernetesClient {
        let configuration = try InClusterConfiguration(
            environment: environment, serviceAccountDirectory: serviceAccountDirectory, files: files)
        let transport = ReloadingTransport(
            certificateAuthorityFile: configuration.certificateAuthorityFile, configuration: http, files: files,
            clock: clock, makeTransport: makeTransport)
        return try KubernetesClient(
            server: configuration.server,
            transport: transport,
            credentials: TokenFile(path: configuration.tokenFile, files: files, clock: clock),
            fieldManager: fieldManager,
            namespace: configuration.namespace,
            metrics: metrics,
            onShutdown: { await transport.shutdown() })
    }
}

/// Where a client gets the token that it sends with each request.
public protocol KubernetesCredentials: Sendable {
    /// The token to send now; `nil` where requests carry none.
    ///
    /// - Throws: ``KubernetesError`` with ``KubernetesError/Failure/configuration`` where there should be a token and is
    ///   none. Only the present request fails by it.
    func bearerToken() async throws(KubernetesError) -> BearerToken?

    /// The server has answered 401 to a request with this token: what is cached is to be fetched anew.
    func rejected(_ token: BearerToken?) async
}

/// No token: for client certificates, and for servers that let everybody in.
public struct NoCredentials: KubernetesCredentials {
    public init() {}
    public func bearerToken() async throws(KubernetesError) -> BearerToken? { nil }
    public func rejected(_ token: BearerToken?) async {}
}

/// One token that never changes, as in a kubeconfig's `token`.
public struct StaticToken: KubernetesCredentials {
    private let token: BearerToken

    public init(_ token: BearerToken) { self.token = token }
    public func bearerToken() async throws(KubernetesError) -> BearerToken? { token }
    public func rejected(_ token: BearerToken?) async {}
}

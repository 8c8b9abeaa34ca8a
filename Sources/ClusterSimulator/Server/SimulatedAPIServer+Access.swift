extension SimulatedAPIServer {
    /// Issues a bearer token.
    ///
    /// - Parameter lifetime: seconds on the server's wall clock until it is answered with 401; `nil`: for ever.
    public func issueToken(for user: SimulatedUser, lifetime: Double? = nil) -> String {
        let token = "token-" + APIRouter.makeUID()
        core.setToken(token, user: user, lifetime: lifetime)
        return token
    }

    /// Makes a chosen text a bearer token of the user.
    public func setToken(_ token: String, for user: SimulatedUser, lifetime: Double? = nil) {
        core.setToken(token, user: user, lifetime: lifetime)
    }

    /// Makes a token unknown: from now on it is answered with 401.
    public func revokeToken(_ token: String) {
        core.withState { $0.tokens.tokens[token] = nil }
    }

    /// Makes all tokens of a user unknown.
    public func revokeTokens(of user: SimulatedUser) {
        core.withState { state in state.tokens.tokens = state.tokens.tokens.filter { $0.value.user.name != user.name } }
    }

    /// Issues a client certificate that names the user, as kubeconfig files carry them.
    public func issueClientIdentity(for user: SimulatedUser) throws -> CertificateAuthority.Identity {
        try authority.issueClientIdentity(user: user)
    }

    /// Allows a user or a group what the rules say, in one namespace or in the whole cluster.
    public func grant(_ rules: [AccessRule], to subject: String, namespace: String?) {
        core.withState {
            $0.authorizer.grants.append(AccessGrant(subject: subject, namespace: namespace, rules: rules))
        }
    }

    /// Takes back everything that was granted to a user or a group.
    public func revokeGrants(of subject: String) {
        core.withState { state in state.authorizer.grants.removeAll { $0.subject == subject } }
    }
}

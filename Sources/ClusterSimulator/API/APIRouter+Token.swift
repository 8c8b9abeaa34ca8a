extension APIRouter {
    /// Shortest lifetime of a requested token, in seconds.
    private static let shortestLifetime: Int64 = 600

    /// `POST …/serviceaccounts/NAME/token`: a TokenRequest, answered with a token of the account.
    static func requestToken(_ context: APIContext, _ state: inout APIState) throws(APIFailure) -> SimulatedResponse {
        guard context.request.method == "POST" else { throw .methodNotAllowed }
        let account = try get(context, .serviceAccounts, state)
        let request = try decodeBody(context, .tokenRequests)
        let lifetime = request[path: "spec", "expirationSeconds"]?.integer ?? 3600
        let name = context.info.name ?? ""
        guard lifetime >= shortestLifetime else {
            throw .invalid(
                kind: "TokenRequest", group: "authentication.k8s.io", name: "",
                [
                    .invalid(
                        "spec.expirationSeconds", number: lifetime, "may not specify a duration less than 10 minutes")
                ])
        }
        let user = SimulatedUser.serviceAccount(name, namespace: context.info.namespace ?? "")
        let token = "token-" + makeUID()
        let expires = Timestamp(microseconds: context.now.microseconds + lifetime * 1_000_000)
        state.tokens.tokens[token] = .init(user: user, expires: expires)

        var managers = ManagedFields(of: .object([]))
        managers.recordUpdate(
            from: [:], to: [["f:spec", "f:expirationSeconds"]: OrderedJSON?.none],
            by: context.actor(for: .tokenRequests))
        var metadata: OrderedJSON = ["name": .string(name)]
        metadata["namespace"] = context.info.namespace.map(OrderedJSON.string)
        metadata["uid"] = account[path: "metadata", "uid"]
        metadata["creationTimestamp"] = .string(context.now.rfc3339)
        var fields = managers.json?.array ?? []
        for index in fields.indices { fields[index]["subresource"] = "token" }
        metadata["managedFields"] = .array(fields)
        let audiences = request[path: "spec", "audiences"]?.array ?? []
        return json(
            201,
            [
                "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": metadata,
                "spec": [
                    "audiences": .array(audiences.isEmpty ? ["https://kubernetes.default.svc"] : audiences),
                    "expirationSeconds": .integer(lifetime), "boundObjectRef": .null,
                ],
                "status": ["token": .string(token), "expirationTimestamp": .string(expires.rfc3339)],
            ])
    }

    /// Tokens end with their account.
    static func forgetTokens(of account: OrderedJSON, namespace: String, _ state: inout APIState) {
        let user = SimulatedUser.serviceAccount(account.metadataName ?? "", namespace: namespace)
        state.tokens.tokens = state.tokens.tokens.filter { $0.value.user != user }
    }
}

/// Answers requests to the Kubernetes API: a function of the state, without I/O.
///
/// Left out, with the answers that a server gives to what it does not know: YAML and protobuf bodies (415, 406), tables,
/// JSON patches (415), strategic merge patches with lists or directives (415), deleting collections (405), sub-resources
/// other than a service account's `token` and the status of Services and custom resources (404), cluster-wide roles (404),
/// `fieldValidation`, and admission webhooks. Of the reviews of access only those of oneself are there.
struct APIRouter {
    /// Largest request body, as in the real server.
    static let maximumBodyBytes = 3 * 1024 * 1024

    /// Authenticates, authorises, answers, and records the call.
    static func answer(_ request: SimulatedRequest, state: inout APIState, now: Timestamp) -> APIOutcome {
        let info = RequestInfo(request)
        var call = RecordedCall(
            user: "", verb: info.verb, group: info.group,
            resource: [info.resource, info.subresource].compactMap(\.self).joined(separator: "/"),
            namespace: info.namespace, name: info.name, path: info.path, isAllowed: false, status: 0,
            fieldManager: request.query("fieldManager"))
        let outcome: APIOutcome
        do throws(APIFailure) {
            guard case .user(let user) = state.tokens.authenticate(request, now: now) else { throw .unauthorized }
            call.user = user.name
            guard state.allows(info, by: user) else { throw .forbidden(info, user: user.name) }
            call.isAllowed = true
            let context = APIContext(request: request, info: info, user: user, now: now)
            outcome = try route(context, state: &state)
        } catch {
            outcome = .response(response(for: error))
        }
        call.status =
            switch outcome {
            case .response(let response): response.status
            case .watch: 200
            }
        if call.name == nil, call.verb == "create", case .response(let response) = outcome {
            call.name = response.json?.metadataName
        }
        state.calls.append(call)
        return outcome
    }

    /// Answers with all rights, and records nothing.
    static func answerAsAdmin(_ request: SimulatedRequest, state: inout APIState, now: Timestamp) -> APIOutcome {
        let context = APIContext(request: request, info: RequestInfo(request), user: .admin, now: now)
        do throws(APIFailure) {
            return try route(context, state: &state)
        } catch {
            return .response(response(for: error))
        }
    }

    private static func route(_ context: APIContext, state: inout APIState) throws(APIFailure) -> APIOutcome {
        let info = context.info
        guard info.resource != nil else { return .response(try nonResource(context, state: state)) }
        if isAccessReview(info) { return .response(try reviewAccess(context, state)) }
        guard state.hasGroupVersion(info) else { throw .pageNotFound }
        if info.group.isEmpty, info.resource == "serviceaccounts", info.subresource == "token" {
            return .response(try requestToken(context, &state))
        }
        guard let resource = state.resource(info),
            info.subresource == nil || (info.subresource == "status" && resource.hasStatusSubresource),
            resource.isNamespaced || info.namespace == nil || resource.plural == "namespaces",
            !(resource.isNamespaced && info.isSingleObject && info.namespace == nil)
        else { throw .resourceNotFound }
        try checkMethod(context, resource: resource)
        try checkAccept(context.request)
        guard context.request.body.count <= maximumBodyBytes else { throw .bodyTooLarge }
        switch info.verb {
        case "get": return .response(json(200, resource.view(of: try get(context, resource, state))))
        case "list": return .response(json(200, try list(context, resource, state)))
        case "watch": return try watch(context, resource, state)
        case "create": return .response(json(201, resource.view(of: try create(context, resource, &state))))
        case "update":
            let (object, isNew) = try update(context, resource, &state)
            return .response(json(isNew ? 201 : 200, resource.view(of: object)))
        case "patch":
            let (object, isNew) = try patch(context, resource, &state)
            return .response(json(isNew ? 201 : 200, resource.view(of: object)))
        default: return .response(json(200, try delete(context, resource, &state)))
        }
    }

    private static func checkMethod(_ context: APIContext, resource: SimulatedResource) throws(APIFailure) {
        let allowed =
            context.info.subresource != nil
            ? ["get", "update", "patch"]
            : context.info.isSingleObject
                ? ["get", "update", "patch", "delete"]
                : resource.isNamespaced && context.info.namespace == nil
                    ? ["list", "watch"] : ["list", "watch", "create"]
        guard allowed.contains(context.info.verb), context.request.method != "HEAD" else { throw .methodNotAllowed }
    }

    /// JSON is all that the simulator writes; tables and other renderings fall back to it where the client allows that.
    static func checkAccept(_ request: SimulatedRequest) throws(APIFailure) {
        guard let accept = request.header("Accept"), !accept.trimmed.isEmpty else { return }
        let clauses = accept.split(separator: ",").map { clause in
            clause.split(separator: ";").map { $0.trimmed.lowercased() }
        }
        let isPlainJSON = clauses.contains { clause in
            ["application/json", "application/*", "*/*"].contains(clause.first)
                && !clause.contains { $0.hasPrefix("as=") }
        }
        guard isPlainJSON else { throw .notAcceptable }
    }

    /// A JSON answer with the headers that the server always sends.
    static func json(_ status: Int, _ body: OrderedJSON) -> SimulatedResponse {
        SimulatedResponse(
            status: status, headers: [.init("Content-Type", "application/json")],
            body: body.bytes + [UInt8(ascii: "\n")])
    }

    static func text(_ status: Int, _ body: String) -> SimulatedResponse {
        SimulatedResponse(
            status: status,
            headers: [
                .init("Content-Type", "text/plain; charset=utf-8"), .init("X-Content-Type-Options", "nosniff"),
            ], body: Array(body.utf8))
    }

    static func response(for failure: APIFailure) -> SimulatedResponse {
        if let text = failure.plainText { return self.text(failure.code, text) }
        var response = json(failure.code, failure.status)
        if failure.isPretty { response.body = .bytes(failure.status.prettyBytes) }
        if failure.code == 403 { response.headers.append(.init("X-Content-Type-Options", "nosniff")) }
        if let seconds = failure.retryAfterSeconds { response.headers.append(.init("Retry-After", String(seconds))) }
        return response
    }
}

import CurlHTTP
import HTTPTypes
import NetworkPrimitives

/// The requests to Hetzner, and what its answers mean.
struct HetznerAPI: Sendable {
    let http: ProviderHTTP
    private let token: SecretSource
    private let baseURL: String
    private let clock: any Clock<Duration>

    /// When an action is looked at, counted from the answer that started it; most have ended before the second look.
    static let looks: [Duration] = [
        .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(7), .seconds(10),
        .seconds(15), .seconds(20),
    ]

    init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String, budget: RequestBudget,
        clock: any Clock<Duration>
    ) {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { Problem($0)?.description }
        dialect.kind = { Problem($0)?.kind($0) }
        http = ProviderHTTP(
            transport: transport, title: "Hetzner",
            refusalAdvice:
                "the API token has to be valid, to belong to the project that holds the zone, and to have the "
                + "permission Read & Write (Hetzner's cloud console, Security, API tokens)",
            budget: budget, dialect: dialect)
        self.token = token
        self.baseURL = baseURL
        self.clock = clock
    }

    var secretRevision: SecretRevision { SecretRevision(token) }

    /// The zone of exactly that name; `nil` if the project has none.
    func zone(named name: RecordName) async throws(ProviderError) -> Zone? {
        let path = "/zones/\(name.lowercased.description.percentEncoded)"
        let response = try await send(.get, path, accepting: [404], isWrite: false)
        guard response.status.code != 404 else { return nil }
        let zone = try http.decode(ZoneAnswer.self, from: response, of: "GET of the zone \(name)").zone
        guard RecordName(zone.name) == name else {
            throw ProviderError(.temporary, "Hetzner answered for the zone \(name) with another")
        }
        guard zone.mode != "secondary" else {
            throw ProviderError(
                .permanent,
                "Hetzner only copies the zone \(name) from another server (it is in secondary mode); change its records there",
                cause: .zone)
        }
        return zone
    }

    /// - Returns: `nil` where there is no such zone.
    func sets(_ zone: String, name: String, types: [String]) async throws(ProviderError) -> [RecordSet]? {
        let query = types.map { "&type=\($0)" }.joined()
        let response = try await send(
            .get, "\(zone)/rrsets?name=\(name.percentEncoded)\(query)&page=1&per_page=50", accepting: [404],
            isWrite: false)
        guard response.status.code != 404 else { return nil }
        let answer = try http.decode(SetsAnswer.self, from: response, of: "GET of \(name)")
        // A name has one set of each type, so that more than one page cannot be.
        guard answer.meta.pagination.total_entries == answer.rrsets.count else {
            throw ProviderError(.temporary, "Hetzner gave only a part of its answer to GET of \(name)")
        }
        return answer.rrsets.filter { $0.name == name && types.contains($0.type) }
    }

    /// Asks for a change and waits for its end.
    ///
    /// - Parameter what: for messages: the name and type.
    func carryOut(_ path: String, _ body: some Encodable & Sendable, for what: String) async throws(ProviderError) {
        let response = try await send(.post, path, body: try http.encode(body), accepting: [404], isWrite: true)
        guard response.status.code != 404 else {
            throw ProviderError(.conflict, "Hetzner: \(what) is not there any more")
        }
        var action = try http.decode(
            ActionAnswer.self, from: response, of: "POST for \(what)", isWrite: true
        ).action
        var waited = Duration.zero
        for look in Self.looks {
            if try hasEnded(action, what) { return }
            do {
                try await clock.sleep(for: look - waited)
            } catch {
                throw ProviderError(.uncertain, "Hetzner: the wait for the change of \(what) was cancelled")
            }
            waited = look
            do throws(ProviderError) {
                let response = try await send(.get, "/actions/\(action.id)", accepting: [], isWrite: false)
                action = try http.decode(ActionAnswer.self, from: response, of: "GET of an action").action
            } catch {
                // What has been asked for happens whether it can be watched or not.
                if case .limited = error.kind { throw error }
                throw ProviderError(.uncertain, error.message)
            }
        }
        if try hasEnded(action, what) { return }
        throw ProviderError(
            .uncertain, "Hetzner has not finished the change of \(what) within \(waited.components.seconds) s")
    }

    private func hasEnded(_ action: Action, _ what: String) throws(ProviderError) -> Bool {
        switch action.status {
        case "success": return true
        case "running": return false
        default:
            let why = action.error.map { " (\($0.description.redacting([token.current()]).prefix(200)))" } ?? ""
            throw ProviderError(.uncertain, "Hetzner could not carry out the change of \(what)\(why)")
        }
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let secret = token.current()
        var headers: HTTPFields = [.accept: "application/json", .authorization: "Bearer \(secret.exposed)"]
        if body != nil { headers[.contentType] = "application/json" }
        let request = HTTPClientRequest(method: method, url: baseURL + path, headers: headers, body: body)
        return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [secret])
    }
}

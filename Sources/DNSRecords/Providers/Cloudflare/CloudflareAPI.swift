import CurlHTTP
import HTTPTypes
import NetworkPrimitives

/// The requests to Cloudflare, and what its answers mean.
struct CloudflareAPI: Sendable {
    let http: ProviderHTTP
    private let token: SecretSource
    private let baseURL: String

    /// Records of one page, and pages of one list. A name with more records than that is none of ours.
    private static let pageSize = 50
    private static let mostPages = 20

    init(transport: any HTTPTransport, token: SecretSource, baseURL: String, budget: RequestBudget) {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { Answer<Nothing>.problems(in: $0)?.map(\.description).joined(separator: "; ") }
        dialect.kind = { response in
            Answer<Nothing>.problems(in: response)?.lazy.compactMap { $0.kind(response) }.first
        }
        http = ProviderHTTP(
            transport: transport, title: "Cloudflare",
            refusalAdvice:
                "the API token has to be valid and to have the permissions Zone / DNS / Edit and Zone / Zone / "
                + "Read for the zone (Cloudflare's dashboard, My Profile, API Tokens); with the zone's identifier in the "
                + "settings it does not need the latter",
            budget: budget, dialect: dialect)
        self.token = token
        self.baseURL = baseURL
    }

    var secretRevision: SecretRevision { SecretRevision(token) }

    // MARK: Requests

    /// The identifier of the zone with exactly that name; `nil` if the token sees none.
    func zone(named name: RecordName) async throws(ProviderError) -> String? {
        let text = name.lowercased.description
        let zones =
            try await list(Zone.self, "/zones", "name=\(text.percentEncoded)", of: "GET of the zone \(name)") ?? []
        let all = zones.filter { RecordName($0.name) == name }
        // A zone that is still being set up is better than none.
        let active = all.filter { $0.status == "active" }
        let usable = active.isEmpty ? all.filter { $0.status != "deleted" && $0.status != "moved" } : active
        guard usable.count < 2 else {
            throw ProviderError(
                .permanent,
                "Cloudflare shows \(usable.count) zones named \(name) to this token; set the identifier of the right one",
                cause: .zone)
        }
        return usable.first?.id
    }

    /// All records of the name; `nil` where there is no such zone.
    func records(at name: RecordName, in zone: String) async throws(ProviderError) -> [Record]? {
        let text = name.lowercased.description
        let records = try await list(
            Record.self, "/zones/\(zone.percentEncoded)/dns_records", "name=\(text.percentEncoded)",
            of: "GET of \(name)")
        return records?.filter { RecordName($0.name) == name }
    }

    /// Sends one request for everything there is to do.
    ///
    /// - Parameter what: for messages: the name and type.
    func carryOut(_ batch: Batch, in zone: String, for what: String) async throws(ProviderError) {
        let path = "/zones/\(zone.percentEncoded)/dns_records"
        switch (batch.patches.count, batch.posts.count, batch.deletes.count) {
        case (0, 0, 0): return
        case (1, 0, 0):
            let id = batch.patches[0].id ?? ""
            var patch = batch.patches[0]
            patch.id = nil
            try await write(.patch, "\(path)/\(id.percentEncoded)", body: try http.encode(patch), Identified.self, what)
        case (0, 1, 0):
            try await write(.post, path, body: try http.encode(batch.posts[0]), Identified.self, what)
        case (0, 0, 1):
            try await write(.delete, "\(path)/\(batch.deletes[0].id.percentEncoded)", body: nil, Identified.self, what)
        default:
            try await write(.post, path + "/batch", body: try http.encode(batch), Batch.Done.self, what)
        }
    }

    private func write<Result: Decodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, _ type: Result.Type, _ what: String
    ) async throws(ProviderError) {
        let response = try await send(method, path, body: body, accepting: [], isWrite: true)
        _ = try result(type, of: response, to: "\(method) for \(what)", isWrite: true)
    }

    /// Follows all pages.
    ///
    /// - Returns: `nil` for 404.
    private func list<Item: Decodable & Sendable>(
        _ type: Item.Type, _ path: String, _ query: String, of request: String
    ) async throws(ProviderError) -> [Item]? {
        var items: [Item] = []
        for page in 1...Self.mostPages {
            let response = try await send(
                .get, "\(path)?\(query)&page=\(page)&per_page=\(Self.pageSize)", body: nil, accepting: [404],
                isWrite: false)
            guard response.status.code != 404 else { return nil }
            let answer = try result([Item].self, of: response, to: request, isWrite: false)
            let found = answer.result ?? []
            guard let info = answer.result_info, info.count == found.count else {
                throw ProviderError(.temporary, "Cloudflare gave only a part of its answer to \(request)")
            }
            items += found
            if items.count == info.total_count { return items }
            guard !found.isEmpty, items.count < info.total_count else {
                throw ProviderError(.temporary, "Cloudflare's pages do not add up in its answer to \(request)")
            }
        }
        throw ProviderError(
            .permanent, "Cloudflare has more than \(Self.mostPages) pages for \(request), more than are read")
    }

    /// An answer without an error and with a result.
    private func result<Result: Decodable & Sendable>(
        _ type: Result.Type, of response: HTTPClientResponse, to request: String, isWrite: Bool
    ) throws(ProviderError) -> Answer<Result> {
        let answer = try http.decode(Answer<Result>.self, from: response, of: request, isWrite: isWrite)
        if answer.success != false, answer.result != nil { return answer }
        let problems = answer.errors?.map(\.description).joined(separator: "; ").redacting([token.current()]) ?? ""
        throw ProviderError(
            isWrite ? .uncertain : .temporary,
            "Cloudflare reports no success (\(problems.prefix(200))) in its answer to \(request)")
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let secret = token.current()
        var headers: HTTPFields = [.accept: "application/json", .authorization: "Bearer \(secret.exposed)"]
        if body != nil { headers[.contentType] = "application/json" }
        let request = HTTPClientRequest(method: method, url: baseURL + path, headers: headers, body: body)
        return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [secret])
    }
}

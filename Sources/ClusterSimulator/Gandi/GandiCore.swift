import Synchronization

/// The decisions of the simulated LiveDNS API.
final class GandiCore: Sendable {
    struct Credentials: Sendable, Hashable {
        var token: String?
        var apiKey: String?
    }

    struct State: Sendable {
        var zones: [String]
        var credentials: Credentials
        var records: [SimulatedGandi.RecordName: SimulatedGandi.RecordSet] = [:]
        var reads = 0
        var writes = 0
        var changes = 0
        var observers: [Int: AsyncStream<SimulatedGandi.RecordName>.Continuation] = [:]
        var lastObserver = 0
    }

    static let prefix = "/v5/livedns"
    static let ttlRange = 300...2_592_000
    private static let pageSize = 100

    let state: Mutex<State>
    private let sharingID: String?

    init(zones: [String], credentials: Credentials, sharingID: String?) {
        state = Mutex(State(zones: zones, credentials: credentials))
        self.sharingID = sharingID
    }

    func changedRecords() -> AsyncStream<SimulatedGandi.RecordName> {
        let (stream, feed) = AsyncStream.makeStream(of: SimulatedGandi.RecordName.self)
        let id = state.withLock { state in
            state.lastObserver += 1
            state.observers[state.lastObserver] = feed
            return state.lastObserver
        }
        feed.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.observers.removeValue(forKey: id) } }
        return stream
    }

    func respond(to request: SimulatedRequest) -> SimulatedResponse {
        state.withLock { state in
            if request.method == "GET" { state.reads += 1 } else { state.writes += 1 }
            do throws(Refusal) {
                try checkCredentials(request, state)
                return try route(request, &state)
            } catch {
                return Self.json(error.status, error.body)
            }
        }
    }

    /// An answer other than success.
    private struct Refusal: Error {
        var status: Int
        var body: OrderedJSON

        init(_ status: Int, _ object: String, _ message: String, cause: String) {
            self.status = status
            body = [
                "code": .integer(Int64(status)), "message": .string(message), "object": .string(object),
                "cause": .string(cause),
            ]
        }

        init(field: String, _ why: String) {
            status = 400
            body = [
                "status": "error",
                "errors": [["location": "body", "name": .string(field), "description": .string(why)]],
            ]
        }

        static let notFound = Refusal(
            404, "HTTPNotFound", "The resource could not be found.", cause: "Not Found")
    }

    private func checkCredentials(_ request: SimulatedRequest, _ state: State) throws(Refusal) {
        let parts = (request.header("Authorization") ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        let isRight =
            parts.count == 2
            && ((parts[0].lowercased() == "bearer" && parts[1] == state.credentials.token)
                || (parts[0].lowercased() == "apikey" && parts[1] == state.credentials.apiKey))
        guard isRight else {
            throw Refusal(
                401, "HTTPUnauthorized",
                "The server could not verify that you authorized to access the document you requested. Either you "
                    + "supplied the wrong credentials (e.g., bad api key), or your access token has expired",
                cause: "Unauthorized")
        }
        guard sharingID == nil || request.query("sharing_id") == sharingID else {
            throw Refusal(403, "HTTPForbidden", "Access was denied to this resource.", cause: "Forbidden")
        }
    }

    private func route(_ request: SimulatedRequest, _ state: inout State) throws(Refusal) -> SimulatedResponse {
        guard request.path.hasPrefix(Self.prefix + "/domains") else { throw .notFound }
        let parts = request.path.dropFirst(Self.prefix.count).split(separator: "/").map(String.init)
        if parts.count == 1, request.method == "GET" {
            return page(request, state.zones.map { ["fqdn": .string($0), "domain_href": .string(href($0))] })
        }
        guard parts.count >= 2, state.zones.contains(parts[1].lowercased()) else { throw .notFound }
        let zone = parts[1].lowercased()
        switch (parts.count, request.method) {
        case (2, "GET"):
            return Self.json(
                200,
                [
                    "fqdn": .string(zone), "automatic_snapshots": false, "domain_href": .string(href(zone)),
                    "domain_records_href": .string(href(zone) + "/records"),
                ])
        case (3, "GET") where parts[2] == "records": return page(request, list(state, zone: zone, name: nil))
        case (4, "GET") where parts[2] == "records":
            return page(request, list(state, zone: zone, name: parts[3].lowercased()))
        case (5, _) where parts[2] == "records":
            let name = SimulatedGandi.RecordName(
                zone: zone, name: parts[3].lowercased(), type: parts[4].uppercased())
            return try record(request, name, &state)
        default: throw .notFound
        }
    }

    private func record(
        _ request: SimulatedRequest, _ name: SimulatedGandi.RecordName, _ state: inout State
    ) throws(Refusal) -> SimulatedResponse {
        let absent = Refusal(
            404, "dns-record", "Can't find the DNS record \(name.name)/\(name.type) in the zone", cause: "Not Found")
        switch request.method {
        case "GET":
            guard let set = state.records[name] else { throw absent }
            return Self.json(200, json(name, set))
        case "PUT":
            let set = try parse(request, old: state.records[name])
            store(set, name, &state)
            return Self.json(201, ["message": "DNS Record Created"])
        case "DELETE":
            guard state.records[name] != nil else { throw absent }
            store(nil, name, &state)
            return SimulatedResponse(status: 204)
        default:
            throw Refusal(405, "HTTPMethodNotAllowed", "The method is not allowed.", cause: "Method Not Allowed")
        }
    }

    private func store(
        _ set: SimulatedGandi.RecordSet?, _ name: SimulatedGandi.RecordName, _ state: inout State
    ) {
        if state.records[name] != set { state.changes += 1 }
        state.records[name] = set
        for observer in state.observers.values { observer.yield(name) }
    }

    private func parse(
        _ request: SimulatedRequest, old: SimulatedGandi.RecordSet?
    ) throws(Refusal) -> SimulatedGandi.RecordSet {
        guard request.header("Content-Type")?.hasPrefix("application/json") == true,
            let json = try? OrderedJSON(parsing: request.body)
        else { throw Refusal(field: "", "Invalid JSON") }
        guard let values = json["rrset_values"]?.array?.map(\.string), !values.isEmpty, !values.contains(nil) else {
            throw Refusal(field: "rrset_values", "Required")
        }
        var ttl = old?.ttl ?? 10_800
        if let wanted = json["rrset_ttl"], !wanted.isNull {
            guard let number = wanted.integer, let seconds = Int(exactly: number), Self.ttlRange.contains(seconds)
            else {
                throw Refusal(
                    field: "rrset_ttl",
                    "\(wanted) is not within \(Self.ttlRange.lowerBound) and \(Self.ttlRange.upperBound)")
            }
            ttl = seconds
        }
        return .init(ttl: ttl, values: values.compactMap(\.self))
    }

    // MARK: answers

    private func list(_ state: State, zone: String, name: String?) -> [OrderedJSON] {
        state.records.sorted { $0.key < $1.key }
            .filter { $0.key.zone == zone && (name == nil || $0.key.name == name) }
            .map { json($0.key, $0.value) }
    }

    private func json(_ name: SimulatedGandi.RecordName, _ set: SimulatedGandi.RecordSet) -> OrderedJSON {
        [
            "rrset_name": .string(name.name), "rrset_type": .string(name.type),
            "rrset_ttl": .integer(Int64(set.ttl)), "rrset_values": .array(set.values.map(OrderedJSON.string)),
            "rrset_href": .string("\(href(name.zone))/records/\(name.name)/\(name.type)"),
        ]
    }

    private func href(_ zone: String) -> String { "https://api.gandi.net\(Self.prefix)/domains/\(zone)" }

    /// A page of a list, with the links to its neighbours (RFC 8288).
    private func page(_ request: SimulatedRequest, _ items: [OrderedJSON]) -> SimulatedResponse {
        let size = max(1, request.query("per_page").flatMap(Int.init) ?? Self.pageSize)
        let number = max(1, request.query("page").flatMap(Int.init) ?? 1)
        let pages = max(1, (items.count + size - 1) / size)
        let shown = items.dropFirst((number - 1) * size).prefix(size)
        var response = Self.json(200, .array(Array(shown)))
        response.headers.append(.init("Total-Count", String(items.count)))
        let host = request.header("Host") ?? "api.gandi.net"
        let link = { (page: Int, relation: String) in
            "<http://\(host)\(request.path)?page=\(page)&per_page=\(size)>; rel=\"\(relation)\""
        }
        var links = [link(pages, "last")]
        if number < pages { links.insert(link(number + 1, "next"), at: 0) }
        response.headers.append(.init("Link", links.joined(separator: ", ")))
        return response
    }

    private static func json(_ status: Int, _ body: OrderedJSON) -> SimulatedResponse {
        SimulatedResponse(
            status: status, headers: [.init("Content-Type", "application/json; charset=utf-8")], body: body.bytes)
    }
}

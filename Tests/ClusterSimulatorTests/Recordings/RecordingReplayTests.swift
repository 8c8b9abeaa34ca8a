import CurlHTTP
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import ClusterSimulator

/// Sends every recorded request to a simulator and compares the answers with those of the real server, byte by byte after
/// replacing what differs from run to run: identifiers, times, generated names.
@Suite(.enabled(if: Recordings.directory != nil, Recordings.missing), .timeLimit(.minutes(2)))
struct RecordingReplayTests {
    /// Exchanges that are not compared, and why.
    static let exceptions: [String: String] = [
        "a bound token (shortened here)":
            "tokens are issued through the simulator's own interface; it has no ServiceAccount objects"
    ]

    /// Comments of recordings that have been compared must be known here as long as they need something special.
    @Test func everyExchangeIsAnsweredAlike() async throws {
        let exchanges = try Recordings.load()
        #expect(exchanges.count >= 91, "the recordings have become fewer")
        let replay = try await Replay()
        do {
            var compared = 0
            for exchange in exchanges {
                try await replay.prepare(for: exchange)
                if Self.exceptions[exchange.comment] != nil { continue }
                try await replay.compare(exchange)
                compared += 1
            }
            #expect(compared == exchanges.count - Self.exceptions.count, "an exception names nothing that is recorded")
        } catch {
            await replay.end()
            throw error
        }
        await replay.end()
    }
}

/// One run through the recordings, in their order: each file goes on where the one before it ended.
private actor Replay {
    private let clock = VirtualClock()
    private var server: SimulatedAPIServer
    private var client: HTTPClient
    private let statePath: String
    private let namespace = "rec-74754"
    private let user: SimulatedUser
    private var userToken: String
    private var file = ""
    /// Recorded identifiers and those that stand for them here.
    private var uids: [String: String] = [:]

    init() async throws {
        statePath = NSTemporaryDirectory() + "replay-\(UUID().uuidString).json"
        user = .serviceAccount("u", namespace: namespace)
        (server, client) = try await Self.start(statePath: statePath, clock: clock)
        userToken = server.issueToken(for: user)
        align(to: 213)
    }

    private static func start(
        statePath: String, clock: VirtualClock
    ) async throws -> (SimulatedAPIServer, HTTPClient) {
        var configuration = SimulatedAPIServer.Configuration()
        configuration.clock = clock
        configuration.statePath = statePath
        let server = try SimulatedAPIServer(configuration: configuration)
        try await server.start()
        var clientConfiguration = HTTPClient.Configuration()
        clientConfiguration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
        clientConfiguration.userAgent = "unknown"
        return (server, try HTTPClient(configuration: clientConfiguration))
    }

    func end() async {
        await client.shutdown()
        await server.stop()
        try? FileManager.default.removeItem(atPath: statePath)
    }

    /// Counts up to where the real server was, which had written other things in between.
    private func align(to version: UInt64) {
        server.core.withState { state in
            state.store.advanceResourceVersion(by: version - state.store.resourceVersion)
        }
    }

    func prepare(for exchange: RecordedExchange) async throws {
        if exchange.comment == "streaming list" { align(to: 235) }
        guard exchange.file != file else { return }
        file = exchange.file
        switch file {
        case "04-auth.txt":
            align(to: 262)
            let rule = AccessRule(
                apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "patch"],
                resourceNames: ["esddns-wan-address"])
            server.grant([rule], to: user.name, namespace: namespace)
        case "07-expired.txt":
            // A restart of the process; the counter then stood at 275, and at 282 when the recording went on.
            align(to: 275)
            await client.shutdown()
            await server.stop()
            (server, client) = try await Self.start(statePath: statePath, clock: clock)
            align(to: 282)
        default: break
        }
    }

    func compare(_ exchange: RecordedExchange) async throws {
        let request = try makeRequest(exchange)
        if exchange.isStream, exchange.status == 200 {
            try await compareStream(exchange, request)
            return
        }
        let response = try await client.send(request)
        compareHead(exchange, status: response.status.code, headers: response.headers)
        compareBody(exchange, String(decoding: response.body, as: UTF8.self))
    }

    private func makeRequest(_ exchange: RecordedExchange) throws -> HTTPClientRequest {
        let method = try #require(HTTPRequest.Method(exchange.method))
        var request = HTTPClientRequest(method: method, url: server.url + exchange.target, timeout: .seconds(20))
        var authorization: String? = exchange.comment == "anonymous" ? nil : "Bearer \(server.adminToken)"
        for (name, value) in exchange.requestHeaders {
            let field = try #require(HTTPField.Name(name))
            switch value {
            case "Bearer abc…": authorization = "Bearer abc"
            case "Bearer eyJ…": authorization = "Bearer \(userToken)"
            default: request.headers[field] = value
            }
        }
        request.headers[.authorization] = authorization
        if var body = exchange.requestBody {
            for (recorded, actual) in uids { body = body.replacingOccurrences(of: recorded, with: actual) }
            let long = String(repeating: "x", count: 1_048_577)
            body = body.replacingOccurrences(of: "xxx…(1048577 x)…xxx", with: long)
            request.body = Array(body.utf8)
        }
        return request
    }

    private func compareStream(_ exchange: RecordedExchange, _ request: HTTPClientRequest) async throws {
        var request = request
        request.timeout = nil
        let stream = try await client.stream(request)
        compareHead(exchange, status: stream.status.code, headers: stream.headers)
        if exchange.comment.contains("meanwhile") { try await changeMeanwhile() }
        let clock = clock
        var watch = TestWatch(stream)
        var lines: [String] = []
        if exchange.comment.hasPrefix("a silent watch") {
            // Once it is under way, writes to other things give its bookmarks something to tell.
            if let line = try await watch.nextLine() { lines.append(line) }
            align(to: 253)
        }
        // Time passes as fast as the server goes to sleep.
        let time = Task { while !Task.isCancelled { await clock.advanceToNextAlarm() } }
        defer { time.cancel() }
        while let line = try await watch.nextLine() { lines.append(line) }
        compareBody(exchange, lines.joined(separator: "\n"))
    }

    /// What was done while the recorded watch was open.
    private func changeMeanwhile() async throws {
        let path = "/api/v1/namespaces/\(namespace)/configmaps"
        let tester = TestClient(client: client, baseURL: server.url, token: server.adminToken)
        let name = "esddns-wan-address"
        let statuses = [
            try await tester.patch("\(path)/\(name)", #"{"data": {"ipv4": "198.51.100.2"}}"#).status,
            try await tester.send("POST", path, #"{"metadata": {"name": "unrelated"}}"#).status,
            try await tester.patch("\(path)/\(name)", #"{"metadata": {"labels": {"a": "b"}}}"#).status,
            try await tester.send("DELETE", "\(path)/\(name)").status,
            try await tester.send(
                "POST", path, #"{"metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.3"}}"#
            ).status,
        ]
        #expect(statuses == [200, 201, 200, 200, 201])
    }

    // MARK: comparing

    private func compareHead(_ exchange: RecordedExchange, status: Int, headers: HTTPFields) {
        #expect(status == exchange.status, "\(exchange.testDescription)")
        for name in ["Content-Type", "Retry-After", "X-Content-Type-Options", "Cache-Control", "Transfer-Encoding"] {
            let actual = HTTPField.Name(name).flatMap { headers[$0] }
            #expect(actual == exchange.headers[name.lowercased()], "\(exchange.testDescription), \(name)")
        }
        // The real server's growing versions have as many digits as ours, so that even lengths agree.
        let length = headers[.contentLength]
        #expect(length == exchange.headers["content-length"], "\(exchange.testDescription), Content-Length")
        for name in ["Audit-Id", "Date", "X-Kubernetes-Pf-Flowschema-Uid", "X-Kubernetes-Pf-Prioritylevel-Uid"] {
            let isThere = HTTPField.Name(name).flatMap { headers[$0] } != nil
            #expect(isThere == (exchange.headers[name.lowercased()] != nil), "\(exchange.testDescription), \(name)")
        }
    }

    private func compareBody(_ exchange: RecordedExchange, _ actual: String) {
        for (recorded, here) in zip(Self.uids(in: exchange.body), Self.uids(in: actual)) { uids[recorded] = here }
        let expected = Self.normalised(exchange.body)
        #expect(Self.normalised(actual) == expected, "\(exchange.testDescription)")
    }

    private static let uidPattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    private static func uids(in text: String) -> [String] {
        let zero = "00000000-0000-0000-0000-000000000000"
        return matches(uidPattern, in: text).filter { $0 != zero }
    }

    private static func matches(_ pattern: String, in text: String) -> [String] {
        var found: [String] = []
        var rest = text.startIndex..<text.endIndex
        while let range = text.range(of: pattern, options: .regularExpression, range: rest) {
            found.append(String(text[range]))
            rest = range.upperBound..<text.endIndex
        }
        return found
    }

    private static func normalised(_ text: String) -> [String] {
        let replacements = [
            (uidPattern, "UID"),
            // Times of the server's clock; those that the client chose lie at the beginning of 2026.
            ("20[0-9]{2}-(?!01-02)[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", "TIME"),
            (#"esddns-leader\.[a-z0-9]{5}\\?""#, "esddns-leader.SUFFIX\""),
            // Bookmarks carry the version of the whole store, which other writers had moved on.
            (#"("metadata":\{"resourceVersion":")[0-9]+""#, "$1RV\""),
        ]
        var result = text.trimmingCharacters(in: .newlines)
        for (pattern, replacement) in replacements {
            result = result.replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
        }
        // The real server repeats its last bookmarks.
        return result.split(separator: "\n").map(String.init).reduce(into: []) { lines, line in
            if line.contains(#""type":"BOOKMARK""#), lines.last == line { return }
            lines.append(line)
        }
    }
}

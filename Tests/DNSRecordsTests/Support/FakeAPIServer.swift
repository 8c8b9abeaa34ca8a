import CurlHTTP
import Foundation
import HTTPTypes
import Synchronization

@testable import DNSRecords

/// A service's HTTP API in memory, as a transport: it remembers what it was asked, and shows faults.
final class FakeAPIServer: HTTPTransport {
    private let base: String
    private let fault: ProviderFault?
    /// The service's own words for a fault.
    private let complain: @Sendable (ProviderFault, FakeAPIRequest) -> HTTPClientResponse?
    private let respond: @Sendable (FakeAPIRequest) -> HTTPClientResponse
    private let log = Mutex<[HTTPClientRequest]>([])

    /// - Parameter base: what every URL starts with, without a slash at its end.
    init(
        base: String, fault: ProviderFault?,
        complain: @escaping @Sendable (ProviderFault, FakeAPIRequest) -> HTTPClientResponse?,
        respond: @escaping @Sendable (FakeAPIRequest) -> HTTPClientResponse
    ) {
        self.base = base
        self.fault = fault
        self.complain = complain
        self.respond = respond
    }

    var requests: [HTTPClientRequest] { log.withLock { $0 } }

    /// Methods and URLs after the base URL, without the parameters that ask for a page.
    var lines: [String] {
        requests.map { request in
            let url = request.url.dropFirst(base.count).split(separator: "?", maxSplits: 1)
            let query = url.dropFirst().first?.split(separator: "&").filter { !$0.contains("page=") } ?? []
            return "\(request.method) \(url.first ?? "")\(query.isEmpty ? "" : "?" + query.joined(separator: "&"))"
        }
    }

    /// The bodies of the requests that change something.
    var bodies: [String] {
        requests.filter { $0.method != .get }.map { String(decoding: $0.body ?? [], as: UTF8.self) }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        guard let parsed = FakeAPIRequest(request, base: base) else {
            return .fake(400, "not a request to this service")
        }
        if fault == .malformedAnswer { return .fake(200, "<html>captive portal</html>") }
        if fault == .timeoutBeforeCommit, parsed.isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        if let fault, let response = complain(fault, parsed) { return response }
        let response = respond(parsed)
        if fault == .timeoutAfterCommit, parsed.isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }
}

/// A request taken apart.
struct FakeAPIRequest: Sendable {
    var method: String
    /// Decoded, after the base URL; a slash at the end gives an empty last one.
    var path: [String]
    var query: [String: [String]] = [:]
    var headers: HTTPFields
    var body: [UInt8]?

    var isWrite: Bool { method != "GET" }

    init?(_ request: HTTPClientRequest, base: String) {
        guard request.url.hasPrefix(base + "/") else { return nil }
        let parts = request.url.dropFirst(base.count + 1).split(separator: "?", maxSplits: 1)
        method = request.method.rawValue
        path = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false).map {
            $0.removingPercentEncoding ?? ""
        }
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let value = sides[1].removingPercentEncoding else { return nil }
            query[String(sides[0]), default: []].append(value)
        }
        headers = request.headers
        body = request.body
        // Bodies go with their type, and nothing else does.
        guard (body == nil) == (headers[.contentType] == nil) else { return nil }
        guard body == nil || headers[.contentType] == "application/json" else { return nil }
        guard headers[.accept] == "application/json" else { return nil }
    }

    /// The body's fields; `nil` if one is missing, or one is there that the service does not know.
    func fields(_ required: Set<String>, optional: Set<String> = []) -> [String: Any]? {
        guard let body, let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            return nil
        }
        return Self.check(object, required, optional: optional) ? object : nil
    }

    static func check(_ object: [String: Any], _ required: Set<String>, optional: Set<String> = []) -> Bool {
        let names = Set(object.keys)
        return names.isSuperset(of: required) && names.isSubset(of: required.union(optional))
    }

    /// The number in a parameter of the query.
    func number(_ name: String) -> Int? { query[name]?.first.flatMap { Int($0) } }
}

extension HTTPClientResponse {
    static func fake(_ status: Int, _ body: String = "", retryAfter: Duration? = nil) -> HTTPClientResponse {
        HTTPClientResponse(status: .init(code: status), body: Array(body.utf8), retryAfter: retryAfter)
    }

    /// - Parameter json: dictionaries, arrays, strings, numbers and `NSNull`.
    static func fake(_ status: Int, json: Any) -> HTTPClientResponse {
        let data = (try? JSONSerialization.data(withJSONObject: json, options: [.sortedKeys])) ?? Data()
        return HTTPClientResponse(status: .init(code: status), body: Array(data))
    }
}

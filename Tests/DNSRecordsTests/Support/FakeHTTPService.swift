import CurlHTTP
import Foundation
import HTTPTypes
import Synchronization

@testable import DNSRecords

/// A service with an HTTP API, in memory: what it answers is a closure, and it can be told to misbehave.
final class FakeHTTPService: HTTPTransport {
    private let fault: ProviderFault?
    private let isWrite: @Sendable (HTTPClientRequest) -> Bool
    /// What the service says to a fault; `nil` for what HTTP has for it.
    private let says: @Sendable (ProviderFault, HTTPClientRequest) -> HTTPClientResponse?
    private let respond: @Sendable (HTTPClientRequest) -> HTTPClientResponse
    private let log = Mutex<[HTTPClientRequest]>([])

    init(
        fault: ProviderFault? = nil,
        isWrite: @escaping @Sendable (HTTPClientRequest) -> Bool = { $0.method != .get },
        says: @escaping @Sendable (ProviderFault, HTTPClientRequest) -> HTTPClientResponse? = { _, _ in nil },
        respond: @escaping @Sendable (HTTPClientRequest) -> HTTPClientResponse
    ) {
        self.fault = fault
        self.isWrite = isWrite
        self.says = says
        self.respond = respond
    }

    var requests: [HTTPClientRequest] { log.withLock { $0 } }
    /// `GET /path?query` of each request.
    var calls: [String] { requests.map { "\($0.method) \(FakeHTTPService.target($0))" } }
    var writes: [HTTPClientRequest] { requests.filter(isWrite) }

    /// Path and query.
    static func target(_ request: HTTPClientRequest) -> String {
        let rest = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        if let fault, fault != .timeoutAfterCommit, let answer = says(fault, request) { return answer }
        let isWrite = isWrite(request)
        switch fault {
        case .unauthorized: return .plain(401, "Unauthorized: secret-token")
        case .forbidden: return .plain(403, "Forbidden")
        case .limited: return .plain(429, "", retryAfter: .seconds(7))
        case .serverError: return .plain(500, "<html>")
        case .malformedAnswer: return .plain(200, "<html>captive portal</html>")
        case .conflict where isWrite: return .plain(409, "")
        case .preconditionFailed where isWrite: return .plain(412, "")
        case .timeoutBeforeCommit where isWrite: throw HTTPClientError(.timedOut, "after 30 s")
        default: break
        }
        let response = respond(request)
        if fault == .timeoutAfterCommit, isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }
}

extension HTTPClientResponse {
    static func plain(_ status: Int, _ body: String, retryAfter: Duration? = nil) -> HTTPClientResponse {
        HTTPClientResponse(status: .init(code: status), body: Array(body.utf8), retryAfter: retryAfter)
    }

    static func json(_ status: Int, _ value: some Encodable) -> HTTPClientResponse {
        HTTPClientResponse(
            status: .init(code: status), headers: [.contentType: "application/json"],
            body: (try? JSONEncoder().encode(value)).map(Array.init) ?? [])
    }
}

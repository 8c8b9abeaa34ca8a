import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// Gandi's API for one zone, in memory, as an HTTP transport.
final class FakeLiveDNS: HTTPTransport {
    let zone: FakeZone
    let fault: ProviderFault?
    let authorization: String
    /// Zones that the credentials are refused for, rather than told that they do not exist.
    let forbiddenDomains: Set<String>
    private let log = Mutex<[HTTPClientRequest]>([])

    init(
        _ zone: FakeZone, authorization: String = "Bearer secret-token", fault: ProviderFault? = nil,
        forbiddenDomains: Set<String> = []
    ) {
        self.zone = zone
        self.authorization = authorization
        self.fault = fault
        self.forbiddenDomains = forbiddenDomains
    }

    var requests: [HTTPClientRequest] { log.withLock { $0 } }

    /// The paths that were asked for, after the base URL.
    var paths: [String] {
        requests.map { "\($0.method) \($0.url.split(separator: "/livedns", maxSplits: 1).last ?? "")" }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        let isWrite = request.method != .get
        switch fault {
        case .unauthorized: return answer(401, #"{"message": "no such token: \#(authorization)"}"#)
        case .forbidden: return answer(403, #"{"message": "Access was denied to this resource."}"#)
        case .limited:
            var response = answer(429, "{}")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return answer(500, "<html>")
        case .malformedAnswer: return answer(200, "<html>captive portal</html>")
        case .zoneMissing: return answer(404, #"{"message": "The domain does not exist"}"#)
        case .conflict where isWrite: return answer(409, #"{"message": "conflict"}"#)
        case .preconditionFailed where isWrite: return answer(412, #"{"message": "precondition"}"#)
        case .timeoutBeforeCommit where isWrite: throw HTTPClientError(.timedOut, "after 30 s")
        default: break
        }
        guard request.headers[.authorization] == authorization else { return answer(401, "{}") }
        let response = respond(to: request)
        if fault == .timeoutAfterCommit, isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }

    private struct Body: Codable {
        var rrset_values: [String]
        var rrset_ttl: UInt32?
    }

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        let path = URLComponents(string: request.url)?.percentEncodedPath.split(separator: "/") ?? []
        guard let start = path.firstIndex(of: "domains"), path.count > start + 1 else { return answer(404, "{}") }
        let rest = path[(start + 1)...].map { $0.removingPercentEncoding ?? "" }
        guard !forbiddenDomains.contains(rest[0]) else { return answer(403, "{}") }
        guard rest[0] == zone.apex.description else { return answer(404, #"{"message": "Unknown domain"}"#) }
        guard rest.count > 1 else { return answer(200, #"{"fqdn": "\#(rest[0])"}"#) }
        guard rest.count == 4, rest[1] == "records", let type = RecordType(rawValue: rest[3]),
            let name = rest[2] == "@" ? zone.apex : RecordName("\(rest[2]).\(zone.apex)")
        else { return answer(404, "{}") }
        guard request.method == .put else {
            let records = zone.records(name, type.dnsType)
            guard let first = records.first else { return answer(404, #"{"message": "Can't find the DNS record"}"#) }
            let body = Body(rrset_values: records.compactMap { RecordValue($0)?.presentation }, rrset_ttl: first.ttl)
            return answer(200, String(decoding: (try? JSONEncoder().encode(body)) ?? Data(), as: UTF8.self))
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body ?? [])),
            let ttl = body.rrset_ttl, ttl >= 300
        else { return answer(400, #"{"message": "rrset_ttl: 300 is the lowest value"}"#) }
        let values = body.rrset_values.compactMap { RecordValue(type, presentation: $0) }
        zone.write(name, type.dnsType, values.map { $0.record(name, ttl: ttl) })
        return answer(201, #"{"message": "DNS Record Created"}"#)
    }

    private func answer(_ status: Int, _ body: String) -> HTTPClientResponse {
        HTTPClientResponse(status: .init(code: status), body: Array(body.utf8))
    }
}

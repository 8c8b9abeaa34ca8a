import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// Route 53's API for some hosted zones, in memory, as an HTTP transport. Pages are as small as can be.
final class FakeRoute53: HTTPTransport {
    struct HostedZone: Sendable {
        var id: String
        var zone: FakeZone
        var isPrivate = false
    }

    /// A record set that is not like others, as the API lists it.
    struct Peculiar: Sendable {
        var name: String
        var type: String
        /// What stands behind name and type.
        var rest: String
    }

    static let now: UInt64 = 1_795_400_000

    let hostedZones: [HostedZone]
    let peculiar: [Peculiar]
    let signature: FakeAWSSignature
    private let fault: ProviderFault?
    private let log = Mutex<[HTTPClientRequest]>([])
    /// Done once, right before a change is looked at: somebody else is faster.
    private let interference: Mutex<(@Sendable () -> Void)?>

    init(
        _ hostedZones: [HostedZone], peculiar: [Peculiar] = [],
        signature: FakeAWSSignature = FakeAWSSignature(now: FakeRoute53.now), fault: ProviderFault? = nil,
        interference: (@Sendable () -> Void)? = nil
    ) {
        self.hostedZones = hostedZones
        self.peculiar = peculiar
        self.signature = signature
        self.fault = fault
        self.interference = Mutex(interference)
    }

    convenience init(_ zone: FakeZone, peculiar: [Peculiar] = [], fault: ProviderFault? = nil) {
        self.init([HostedZone(id: "Z1EXAMPLE", zone: zone)], peculiar: peculiar, fault: fault)
    }

    var requests: [HTTPClientRequest] { log.withLock { $0 } }
    /// `GET /path?query` of each request, after the version.
    var calls: [String] {
        requests.map { request in
            let path = request.url.components(separatedBy: "/2013-04-01").last ?? request.url
            return "\(request.method) \(path)"
        }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        let isWrite = request.method == .post
        switch fault {
        case .unauthorized:
            return error(403, "SignatureDoesNotMatch", "we expected \(FakeAWSSignature.secret)")
        case .forbidden: return error(403, "AccessDenied", "User is not authorized to perform: route53:Something")
        case .limited:
            var response = error(400, "Throttling", "Rate exceeded")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return error(500, "InternalFailure", "")
        case .malformedAnswer: return answer(200, "<html><body>captive portal<br></body></html>")
        case .conflict where isWrite:
            return error(
                400, "InvalidChangeBatch",
                "[Tried to delete resource record set [name='x.', type='A'] but the values provided do not match the current "
                    + "values]")
        case .preconditionFailed where isWrite:
            return error(
                400, "InvalidChangeBatch",
                "[Tried to create resource record set [name='x.', type='A'] but it already exists]")
        case .timeoutBeforeCommit where isWrite: throw HTTPClientError(.timedOut, "after 30 s")
        default: break
        }
        if let problem = signature.problem(with: request) { return error(403, problem.code, problem.message) }
        let response = respond(to: request)
        if fault == .timeoutAfterCommit, isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }

    // MARK: Requests

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        guard let url = URLComponents(string: request.url), url.host == "route53.amazonaws.com" else {
            return answer(404, "no such host")
        }
        let path = url.path.split(separator: "/").map(String.init)
        let items = url.queryItems ?? []
        let query = Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        guard query.count == items.count, path.first == "2013-04-01" else { return error(400, "InvalidInput", "") }
        switch (request.method, path.count, path.dropFirst().first, path.last) {
        case (.get, 2, "hostedzonesbyname", _):
            return listZones(query)
        case (.get, 3, "hostedzone", let id?):
            guard let zone = hostedZones.first(where: { $0.id == id }), fault != .zoneMissing else { return noZone(id) }
            return answer(200, document("GetHostedZoneResponse", element(zone)))
        case (.get, 4, "hostedzone", "rrset"):
            guard let zone = hostedZones.first(where: { $0.id == path[2] }) else { return noZone(path[2]) }
            return listRecordSets(zone, query)
        case (.post, 4, "hostedzone", "rrset"):
            guard let zone = hostedZones.first(where: { $0.id == path[2] }) else { return noZone(path[2]) }
            guard query.isEmpty, request.headers[.contentType] == "text/xml" else {
                return error(400, "InvalidInput", "")
            }
            let interference = interference.withLock { interference in
                defer { interference = nil }
                return interference
            }
            interference?()
            return change(zone, request.body ?? [])
        default: return error(400, "InvalidInput", "\(request.method) \(url.path)")
        }
    }

    private func noZone(_ id: String) -> HTTPClientResponse {
        error(404, "NoSuchHostedZone", "No hosted zone found with ID: \(id)")
    }

    /// Sorted by reversed labels; each page has two zones.
    private func listZones(_ query: [String: String]) -> HTTPClientResponse {
        guard Set(query.keys).isSubset(of: ["dnsname", "hostedzoneid", "maxitems"]), let start = query["dnsname"],
            (1...100).contains(Int(query["maxitems"] ?? "") ?? 0)
        else { return error(400, "InvalidInput", "") }
        let sorted = hostedZones.filter { _ in fault != .zoneMissing }
            .sorted { (sortKey($0.zone.apex), $0.id) < (sortKey($1.zone.apex), $1.id) }
        let from = sorted.filter { zone in
            guard let apex = RecordName(start) else { return false }
            return (sortKey(zone.zone.apex), zone.id) >= (sortKey(apex), query["hostedzoneid"] ?? "")
        }
        let page = from.prefix(2)
        var rest = "<HostedZones>\(page.map(element).joined())</HostedZones><DNSName>\(start)</DNSName>"
        if from.count > page.count {
            rest += "<IsTruncated>true</IsTruncated><NextDNSName>\(from[2].zone.apex.absoluteText)</NextDNSName>"
            rest += "<NextHostedZoneId>\(from[2].id)</NextHostedZoneId>"
        } else {
            rest += "<IsTruncated>false</IsTruncated>"
        }
        return answer(200, document("ListHostedZonesByNameResponse", rest + "<MaxItems>2</MaxItems>"))
    }

    private func element(_ zone: HostedZone) -> String {
        """
        <HostedZone><Id>/hostedzone/\(zone.id)</Id><Name>\(zone.zone.apex.absoluteText)</Name>\
        <CallerReference>x</CallerReference><Config><Comment>a &amp; b</Comment>\
        <PrivateZone>\(zone.isPrivate)</PrivateZone></Config>\
        <ResourceRecordSetCount>2</ResourceRecordSetCount></HostedZone>
        """
    }

    /// From a name and type on, in the order of reversed labels; each page has two record sets.
    private func listRecordSets(_ zone: HostedZone, _ query: [String: String]) -> HTTPClientResponse {
        guard Set(query.keys).isSubset(of: ["name", "type", "identifier", "maxitems"]), let start = query["name"],
            start.hasSuffix("."), start == start.lowercased(), !start.contains("*"),
            let name = Self.name(start), (1...300).contains(Int(query["maxitems"] ?? "") ?? 0)
        else { return error(400, "InvalidInput", "name") }
        typealias Entry = (key: String, type: String, identifier: String, xml: String)
        var entries: [Entry] = zone.zone.listed.map { records in
            let values = records.values.map {
                "<ResourceRecord><Value>\(XML.Element.escaped($0))</Value></ResourceRecord>"
            }
            let text = Self.text(records.name)
            return (
                sortKey(records.name), records.type, "",
                """
                <ResourceRecordSet><Name>\(text)</Name><Type>\(records.type)</Type><TTL>\(records.ttl)</TTL>\
                <ResourceRecords>\(values.joined())</ResourceRecords></ResourceRecordSet>
                """
            )
        }
        for (index, set) in peculiar.enumerated() {
            guard let owner = Self.name(set.name) else { continue }
            entries.append(
                (
                    sortKey(owner), set.type, "\(index)",
                    "<ResourceRecordSet><Name>\(Self.text(owner))</Name><Type>\(set.type)</Type>\(set.rest)</ResourceRecordSet>"
                ))
        }
        entries.sort { ($0.key, $0.type, $0.identifier) < ($1.key, $1.type, $1.identifier) }
        let from = entries.drop {
            ($0.key, $0.type, $0.identifier) < (sortKey(name), query["type"] ?? "", query["identifier"] ?? "")
        }
        let page = from.prefix(2)
        var rest = "<ResourceRecordSets>\(page.map(\.xml).joined())</ResourceRecordSets>"
        if let next = from.dropFirst(2).first {
            let owner = next.xml.components(separatedBy: "<Name>")[1].components(separatedBy: "</Name>")[0]
            rest += "<IsTruncated>true</IsTruncated><NextRecordName>\(owner)</NextRecordName>"
            rest += "<NextRecordType>\(next.type)</NextRecordType>"
            if !next.identifier.isEmpty { rest += "<NextRecordIdentifier>\(next.identifier)</NextRecordIdentifier>" }
        } else {
            rest += "<IsTruncated>false</IsTruncated>"
        }
        return answer(200, document("ListResourceRecordSetsResponse", rest + "<MaxItems>2</MaxItems>"))
    }

    // MARK: Names

    /// Labels reversed, as Route 53 sorts: `com.example.www.`
    private func sortKey(_ name: RecordName) -> String {
        Self.text(name).split(separator: ".").reversed().map { "\($0)." }.joined()
    }

    private static func text(_ name: RecordName) -> String {
        name.lowercased.absoluteText.replacingOccurrences(of: "*", with: "\\052")
    }

    private static func name(_ text: String) -> RecordName? {
        RecordName(text.replacingOccurrences(of: "\\052", with: "*"))
    }

    // MARK: Changes

    private struct Change {
        var action: String
        var name: RecordName
        var type: RecordType
        var ttl: UInt32
        var values: [String]

        init?(_ element: XML.Element) {
            guard element.name == "Change", element.children.map(\.name) == ["Action", "ResourceRecordSet"],
                let action = element.text(of: "Action"), let set = element["ResourceRecordSet"],
                set.children.map(\.name) == ["Name", "Type", "TTL", "ResourceRecords"],
                let name = set.text(of: "Name").flatMap(FakeRoute53.name),
                let type = set.text(of: "Type").flatMap(RecordType.init),
                let ttl = set.text(of: "TTL").flatMap({ UInt32($0) }),
                let records = set["ResourceRecords"], !records.children.isEmpty,
                records.children.allSatisfy({ $0.name == "ResourceRecord" && $0.children.map(\.name) == ["Value"] })
            else { return nil }
            (self.action, self.name, self.type, self.ttl) = (action, name, type, ttl)
            values = records.children.compactMap { $0.text(of: "Value") }
        }
    }

    private func change(_ zone: HostedZone, _ body: [UInt8]) -> HTTPClientResponse {
        let head = #"<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">"#
        guard String(decoding: body, as: UTF8.self).contains(head), let root = try? XML.parse(body),
            let elements = root["ChangeBatch"]?["Changes"]?.children, !elements.isEmpty,
            root.children.count == 1, root["ChangeBatch"]?.children.count == 1
        else { return error(400, "MalformedInput", "Unexpected element in the request") }
        let changes = elements.compactMap(Change.init)
        guard changes.count == elements.count else { return error(400, "InvalidInput", "Invalid XML") }
        var sets: [String: (ttl: UInt32, values: Set<String>)] = [:]
        for set in zone.zone.listed { sets["\(Self.text(set.name)) \(set.type)"] = (set.ttl, Set(set.values)) }
        for set in peculiar {
            let content = try? XML.parse(Array("<Set>\(set.rest)</Set>".utf8))
            let values =
                content?.list("ResourceRecords", of: "ResourceRecord")?.compactMap { $0.text(of: "Value") } ?? []
            sets["\(set.name) \(set.type)"] = (content?.text(of: "TTL").flatMap { UInt32($0) } ?? 0, Set(values))
        }
        for change in changes {
            let what = "[name='\(Self.text(change.name))', type='\(change.type)']"
            let key = "\(Self.text(change.name)) \(change.type)"
            func refuse(_ why: String) -> HTTPClientResponse { error(400, "InvalidChangeBatch", "[\(why)]") }
            guard change.name.isWithin(zone.zone.apex) else {
                return refuse("RRSet with DNS name \(change.name) is not permitted in zone \(zone.zone.apex)")
            }
            switch (change.action, sets[key]) {
            case ("DELETE", nil): return refuse("Tried to delete resource record set \(what) but it was not found")
            case ("DELETE", let set?):
                guard set.ttl == change.ttl, set.values == Set(change.values) else {
                    return refuse(
                        "Tried to delete resource record set \(what) but the values provided do not match the current values"
                    )
                }
                sets[key] = nil
            case ("CREATE", nil): sets[key] = (change.ttl, Set(change.values))
            case ("CREATE", .some): return refuse("Tried to create resource record set \(what) but it already exists")
            default: return error(400, "InvalidInput", "Action")
            }
        }
        guard let last = changes.last, last.action == "CREATE", Set(changes.map(\.name)).count == 1,
            Set(changes.map(\.type)).count == 1
        else { return error(400, "InvalidInput", "one record set is replaced here, and none only deleted") }
        let values = last.values.compactMap { value in
            last.type == .txt ? RecordValue(.txt, presentation: value) : RecordValue(last.type, presentation: value)
        }
        guard values.count == last.values.count else {
            return error(400, "InvalidChangeBatch", "[Invalid Resource Record]")
        }
        zone.zone.write(last.name, last.type.dnsType, values.map { $0.record(last.name, ttl: last.ttl) })
        return answer(
            200,
            document(
                "ChangeResourceRecordSetsResponse",
                "<ChangeInfo><Id>/change/C2682N5HXP0BZ4</Id><Status>PENDING</Status>"
                    + "<SubmittedAt>2026-11-23T03:04:05.123Z</SubmittedAt></ChangeInfo>"))
    }

    // MARK: Answers

    private func document(_ name: String, _ content: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <\(name) xmlns="https://route53.amazonaws.com/doc/2013-04-01/">\(content)</\(name)>
        """
    }

    private func error(_ status: Int, _ code: String, _ message: String) -> HTTPClientResponse {
        answer(
            status,
            document(
                "ErrorResponse",
                "<Error><Type>Sender</Type><Code>\(code)</Code><Message>\(XML.Element.escaped(message))</Message></Error>"
                    + "<RequestId>b25f48e8-84fd-11e6-80d9-574e0c4664cb</RequestId>"))
    }

    private func answer(_ status: Int, _ body: String) -> HTTPClientResponse {
        HTTPClientResponse(
            status: .init(code: status), headers: [.contentType: "text/xml"], body: Array(body.utf8))
    }
}

extension FakeZone {
    struct Listed {
        var name: RecordName
        var type: String
        var ttl: UInt32
        var values: [String]
    }

    /// All record sets that are known to be addresses, texts or aliases, as an API lists them.
    var listed: [Listed] {
        names.flatMap { name in [DNSRecordType.a, .aaaa, .txt, .cname].map { records(name, $0) } }.compactMap {
            records in
            guard let first = records.first else { return nil }
            if first.type == .cname, let target = first.canonicalName {
                return Listed(name: first.name, type: "CNAME", ttl: first.ttl, values: [target.absoluteText])
            }
            guard let type = RecordType.allCases.first(where: { $0.dnsType == first.type }) else { return nil }
            return Listed(
                name: first.name, type: type.rawValue, ttl: first.ttl,
                values: records.compactMap { RecordValue($0)?.presentation })
        }
    }
}

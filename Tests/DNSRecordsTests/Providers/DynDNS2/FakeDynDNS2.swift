import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives

@testable import DNSRecords

/// A service with the dyndns2 protocol, whose account has every name of one zone.
struct FakeDynDNS2: Sendable {
    let zone: FakeZone
    var username = "me@example.org"
    var password = "secret-token"
    /// Whether an update deletes the address of the family that it does not have.
    var deletesTheOther = false

    func service(fault: ProviderFault? = nil) -> FakeHTTPService {
        FakeHTTPService(
            fault: fault, isWrite: { _ in true },
            says: { fault, _ in
                switch fault {
                case .unauthorized: .plain(200, "badauth\n")
                case .forbidden: .plain(403, "!donator")
                case .zoneMissing: .plain(200, "nohost")
                default: nil
                }
            }, respond: respond)
    }

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        guard let url = URLComponents(string: request.url), url.path == "/nic/update", request.method == .get,
            request.body == nil
        else { return .plain(404, "<html>") }
        let credentials = Data("\(username):\(password)".utf8).base64EncodedString()
        guard request.headers[.authorization] == "Basic \(credentials)" else { return .plain(401, "badauth") }
        // Name, version, and whoever looks after it.
        guard let agent = request.headers[.userAgent], agent.contains("/"), agent.contains(" ") else {
            return .plain(200, "badagent")
        }
        let items = url.queryItems ?? []
        guard items.map(\.name) == ["hostname", "myip"], let host = items[0].value, let text = items[1].value else {
            return .plain(200, "badsys")
        }
        guard let name = RecordName(host), name.labels.count > 1 else { return .plain(200, "notfqdn") }
        guard name.isWithin(zone.apex) else { return .plain(200, "nohost") }
        let addresses = text.split(separator: ",").compactMap { IPAddress(String($0)) }
        guard !addresses.isEmpty, Set(addresses.map(\.family)).count == addresses.count else {
            return .plain(200, "numhost")
        }
        var isChange = false
        for address in addresses {
            let type = RecordType(address.family).dnsType
            let old = zone.records(name, type)
            guard old.compactMap(\.ipAddress) != [address] else { continue }
            isChange = true
            zone.write(name, type, [.address(name, ttl: old.first?.ttl ?? 60, address)])
        }
        if deletesTheOther, addresses.count == 1 {
            zone.write(name, addresses[0].family == .ipv4 ? .aaaa : .a, [])
        }
        return .plain(200, "\(isChange ? "good" : "nochg") \(text)\r\n")
    }
}

extension ProviderFixture {
    static let dyndns2 = ProviderFixture(
        testDescription: "dyndns2", faults: Set(ProviderFault.allCases), features: [.ipv6]
    ) { scenario, body in
        try await ServedZone.run(scenario.zone) { lookup in
            try await body(
                DynDNS2Provider(
                    transport: FakeDynDNS2(zone: scenario.zone).service(fault: scenario.fault),
                    updateURL: "https://dynupdate.no-ip.com/nic/update", username: "me@example.org",
                    password: try SecretSource(literal: "secret-token"), zone: scenario.zone.apex, lookup: lookup))
        }
    }
}

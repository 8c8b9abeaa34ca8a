import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives

@testable import DNSRecords

/// DuckDNS's update page, for names right below a zone's apex.
struct FakeDuckDNS: Sendable {
    let zone: FakeZone
    var token = "secret-token"

    func service(fault: ProviderFault? = nil) -> FakeHTTPService {
        FakeHTTPService(
            fault: fault, isWrite: { _ in true },
            says: { fault, _ in
                switch fault {
                case .unauthorized, .forbidden: .plain(200, "KO")
                default: nil
                }
            }, respond: respond)
    }

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        guard let url = URLComponents(string: request.url), url.path == "/update", request.method == .get,
            request.body == nil
        else { return .plain(404, "<html>") }
        let query = Dictionary((url.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        guard Set(query.keys).isSubset(of: ["domains", "token", "ip", "ipv6", "verbose"]), query["token"] == token,
            let domain = query["domains"], !domain.contains("."), !domain.contains("*"), !domain.contains("_"),
            let name = RecordName("\(domain).\(zone.apex)")
        else { return .plain(200, "KO") }
        var isChange = false
        for (parameter, type) in [("ip", RecordType.a), ("ipv6", .aaaa)] {
            guard let text = query[parameter] else { continue }
            guard let address = IPAddress(text), address.family == type.family else { return .plain(200, "KO") }
            let old = zone.records(name, type.dnsType)
            guard old.compactMap(\.ipAddress) != [address] else { continue }
            isChange = true
            zone.write(name, type.dnsType, [.address(name, ttl: old.first?.ttl ?? 60, address)])
        }
        // Without an address the service takes the caller's, which nobody here wants.
        guard query["ip"] != nil || query["ipv6"] != nil else { return .plain(200, "OK") }
        func current(_ type: DNSRecordType) -> String { zone.records(name, type).first?.ipAddress?.description ?? "" }
        guard query["verbose"] == "true" else { return .plain(200, "OK") }
        return .plain(200, "OK\n\(current(.a))\n\(current(.aaaa))\n\(isChange ? "UPDATED" : "NOCHANGE")")
    }
}

extension ProviderFixture {
    /// It cannot tell wrong tokens from missing names.
    static let duckdns = ProviderFixture(
        testDescription: "duckdns", faults: Set(ProviderFault.allCases).subtracting([.zoneMissing]), features: [.ipv6],
        impossibleNames: [
            "example.com", "*.example.com", "a.b.c.d.example.com", "*.sub.example.com", "_under.example.com",
        ]
    ) { scenario, body in
        try await ServedZone.run(scenario.zone) { lookup in
            try await body(
                DuckDNSProvider(
                    transport: FakeDuckDNS(zone: scenario.zone).service(fault: scenario.fault),
                    token: try SecretSource(literal: "secret-token"), apex: scenario.zone.apex, lookup: lookup))
        }
    }
}

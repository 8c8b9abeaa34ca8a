import ClusterSimulator
import DNSRecords
import Foundation
import NetworkPrimitives
import Testing

@testable import AddressSync

/// `esddns sync`, against simulated servers.
@Suite struct SyncRunTests {
    private func sync(
        _ site: Site, _ settings: [String: String] = [:], isDryRun: Bool = false, isJSON: Bool = false
    ) async -> ProcessEntry.CommandResult {
        await ProcessEntry.sync(
            environment: site.environment(of: "box", settings), isDryRun: isDryRun, isJSON: isJSON)
    }

    @Test func writesWhatDiffersAndThenNothing() async throws {
        try await Site.run { site in
            let other = try DomainName(parsing: "other.example.com")
            site.cluster.dns.setRecords(other, .a, to: [.a(other, ttl: 1234, addressB.v4)])
            let settings = ["RECORDS": "home.example.com,other.example.com"]
            let first = await sync(site, settings)
            #expect(first.exitCode == 0 && first.errors.isEmpty)
            #expect(first.output.contains("IPv4: \(addressA) ("))
            #expect(first.output.contains("+ home.example.com A: created: home.example.com 300 A \(addressA)"))
            #expect(first.output.contains("changed from \(addressB) to other.example.com 1234 A \(addressA)"))
            #expect(site.cluster.dns.appliedUpdates == 2)
            let second = await sync(site, settings)
            #expect(second.exitCode == 0 && second.output.contains("  home.example.com A \(addressA)"))
            #expect(site.cluster.dns.appliedUpdates == 2)
        }
    }

    @Test func aDryRunPrintsTheDifferenceAndWritesNothing() async throws {
        try await Site.run { site in
            site.cluster.dns.setRecords(
                site.recordName, .a, to: [.a(site.recordName, ttl: 1234, addressB.v4)])
            let result = await sync(site, ["OWNER": "site-a", "TAKE_OVER": "yes"], isDryRun: true)
            #expect(result.exitCode == 0)
            #expect(
                result.output.contains(
                    """
                    + _esddns-a.home.example.com 300 TXT "heritage=esddns,esddns/owner=site-a"
                    - home.example.com 1234 A \(addressB)
                    + home.example.com 1234 A \(addressA)
                    """))
            #expect(site.cluster.dns.appliedUpdates == 0)
        }
    }

    @Test func machinesGetOneDocument() async throws {
        try await Site.run { site in
            site.cluster.dns.setRecords(
                site.recordName, .a, to: [.a(site.recordName, ttl: 1234, addressB.v4)])
            let result = await sync(site, isDryRun: true, isJSON: true)
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            #expect(document["dryRun"] as? Bool == true)
            let record = try #require((document["records"] as? [[String: Any]])?.first)
            #expect(record["name"] as? String == "home.example.com" && record["outcome"] as? String == "planned")
            #expect(record["before"] as? [String] == ["\(addressB)"] && record["after"] as? [String] == ["\(addressA)"])
            #expect(record["ttl"] as? Int == 1234 && record["error"] is NSNull)
            let address = try #require((document["addresses"] as? [[String: Any]])?.first)
            #expect(
                address["condition"] as? String == "Confirmed" && address["addresses"] as? [String] == ["\(addressA)"])
        }
    }

    @Test func withoutAConfirmedAddressNothingIsTouched() async throws {
        try await Site.run { site in
            for (number, server) in site.cluster.stun.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(100 + number)))
            }
            for (number, server) in site.cluster.checkIP.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(200 + number)))
            }
            let result = await sync(site)
            #expect(result.exitCode == 75)
            #expect(result.output.contains("! home.example.com A: no address is confirmed"))
            #expect(site.cluster.dns.messages.allSatisfy { !$0.isUpdate })
        }
    }

    @Test func refusedCredentialsAndBadSettingsHaveExitCodesOfTheirOwn() async throws {
        try await Site.run { site in
            let refused = await sync(site, ["RFC2136_KEY_SECRET": Data("another key".utf8).base64EncodedString()])
            #expect(refused.exitCode == 77 && refused.output.contains("BADSIG"))
            let outside = await sync(site, ["RECORDS": "home.example.org"])
            #expect(outside.exitCode == 69 && outside.output.contains("home.example.org"))
            let bad = await sync(site, ["RECORDS": "a..b"])
            #expect(bad.exitCode == 78 && bad.errors.contains("ESDDNS_RECORDS") && bad.output.isEmpty)
        }
    }
}

import ClusterSimulator
import CurlHTTP
import DNSRecords
import Foundation
import NetworkPrimitives
import OperatorCore
import Testing

@testable import AddressSync

/// `esddns check --online`, against simulated servers.
@Suite(.timeLimit(.minutes(5))) struct OnlineCheckTests {
    typealias Check = CheckReport.Check

    private func check(
        _ site: Site, as role: CheckReport.Role, _ settings: [String: String] = [:], without names: [String] = []
    ) async -> CheckReport {
        var environment = site.environment(of: "box", settings)
        for name in names { environment["ESDDNS_\(name)"] = nil }
        var request = ProcessEntry.CheckRequest(environment: environment)
        request.role = role
        request.isOnline = true
        return await ProcessEntry.check(request)
    }

    private func only(_ report: CheckReport, _ area: CheckReport.Area, _ subject: String? = nil) -> [Check] {
        report.checks.filter { $0.area == area && (subject == nil || $0.subject == subject) }
    }

    @Test func aProcessByItselfIsFine() async throws {
        try await Site.run { site in
            site.cluster.dns.setRecords(site.recordName, .a, to: [.a(site.recordName, ttl: 1234, addressB.v4)])
            let report = await check(site, as: .run)
            #expect(report.exitCode == 0 && report.isOnline, "\(report.text(isColored: false))")
            #expect(only(report, .source).count == 5 && only(report, .source).allSatisfy { $0.status == .ok })
            #expect(only(report, .address) == [.ok(.address, "IPv4", "\(addressA) by 5 of 5 operators, quorum 2")])
            #expect(
                only(report, .credentials)
                    == [.ok(.credentials, "rfc2136", "accepted by RFC 2136 dynamic updates")])
            #expect(only(report, .zone) == [.ok(.zone, "home.example.com", "is in example.com")])
            #expect(
                only(report, .record)
                    == [
                        .ok(.record, "home.example.com A", "holds \(addressB), TTL 1234; would be \(addressA)")
                    ])
            #expect(
                only(report, .nameServers)
                    == [.ok(.nameServers, "home.example.com A", "1 of 1 agree: \(addressB)")])
            #expect(only(report, .clock).map(\.status) == [.ok])
            // Nothing was changed.
            #expect(site.cluster.dns.appliedUpdates == 0)
            #expect(site.recordAddresses == addressB.addresses)
        }
    }

    @Test func sourcesThatLieOrAreSilentAreNamedAndTheRestSuffices() async throws {
        try await Site.run { site in
            site.cluster.stun[0].reflectedAddress = addressC.first
            await site.cluster.checkIP[1].stop()
            let report = await check(site, as: .run)
            #expect(report.exitCode == 0)
            let warnings = only(report, .source).filter { $0.status == .warning }
            #expect(warnings.count == 2, "\(warnings)")
            #expect(
                warnings.contains {
                    $0.subject == "\(site.cluster.stun[0].endpoint)/udp" && $0.finding.contains("others do not confirm")
                })
            #expect(
                warnings.contains {
                    $0.subject == site.cluster.checkIP[1].url && $0.advice?.contains("firewall") == true
                })
            #expect(only(report, .address).first?.finding == "\(addressA) by 3 of 5 operators, quorum 2")
        }
    }

    @Test func withoutAQuorumTheAddressFails() async throws {
        try await Site.run { site in
            for (number, server) in site.cluster.stun.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(100 + number)))
            }
            for server in site.cluster.checkIP { await server.stop() }
            let report = await check(site, as: .run)
            #expect(report.exitCode == 75)
            let address = try #require(only(report, .address).first)
            #expect(address.status == .failed && address.finding.hasPrefix("no quorum of 2: "))
            // The record is looked at all the same, against no address.
            #expect(only(report, .record).first?.finding == "does not exist yet")
        }
    }

    @Test func credentialsThatAreRefusedAreNamedOnceForAll() async throws {
        try await Site.run { site in
            let wrong = Data("another key that is long enough".utf8).base64EncodedString()
            let report = await check(site, as: .run, ["RFC2136_KEY_SECRET": wrong])
            #expect(report.exitCode == 77)
            let failed = report.checks.filter { $0.status == .failed }
            #expect(failed.map(\.area) == [.credentials])
            #expect(failed.first?.finding.contains("BADSIG") == true)
            #expect(!report.text(isColored: false).contains(wrong) && !report.json.contains(wrong))
        }
    }

    @Test func aClockThatIsOffIsToldByTheServersSignature() async throws {
        let key = SimulatedTSIGKey(name: try DomainName(parsing: "test-key"), secret: Site.keySecret)
        let server = SimulatedDNSServer(
            zones: [try SimulatedZone(name: try DomainName(parsing: "example.com"))], keys: [key],
            requiresSignature: true, wallClock: { Date().timeIntervalSince1970 - 1000 })
        try await server.start()
        try await Site.run { site in
            let report = await check(site, as: .run, ["RFC2136_SERVER": server.endpoint.description])
            #expect(report.exitCode == 77)
            let clock = try #require(only(report, .clock, "RFC 2136 dynamic updates").first)
            #expect(clock.status == .failed && clock.finding.contains("s ahead of that of the server"), "\(clock)")
            #expect(clock.advice?.contains("NTP") == true)
        }
        await server.stop()
    }

    @Test func aServiceIsAskedWithoutWriting() async throws {
        let gandi = SimulatedGandi(zones: ["example.com"], personalAccessToken: SettingsFixture.secret)
        try await gandi.start()
        try await Site.run { site in
            let settings = [
                "PROVIDER": "gandi", "GANDI_TOKEN": SettingsFixture.secret,
                "GANDI_BASE_URL": "http://127.0.0.1:\(gandi.port)/v5/livedns",
                "RECORDS": "home.example.com,www.example.org",
            ]
            let report = await check(site, as: .run, settings, without: ["ZONE"])
            #expect(
                only(report, .credentials) == [.ok(.credentials, "gandi", "accepted by Gandi LiveDNS")],
                "\(report.text(isColored: false))")
            let zone = try #require(only(report, .zone, "www.example.org").first)
            #expect(zone.status == .failed && zone.finding.contains("Gandi has no zone for www.example.org"))
            #expect(report.exitCode == 69)
            // Another token is refused.
            let refused = await check(
                site, as: .run, settings.merging(["GANDI_TOKEN": "another"]) { $1 }, without: ["ZONE"])
            #expect(refused.exitCode == 77)
            let credentials = try #require(only(refused, .credentials).first)
            #expect(credentials.status == .failed && credentials.finding.contains("create another one"))
        }
        await gandi.stop()
    }

    @Test func whatCanOnlyBeWrittenIsSaid() async throws {
        try await Site.run { site in
            let report = await check(
                site, as: .run,
                [
                    "PROVIDER": "dyndns2", "DYNDNS2_SERVER": "https://members.example", "DYNDNS2_USERNAME": "u",
                    "DYNDNS2_PASSWORD": "p",
                ],
                without: ["ZONE"])
            let credentials = only(report, .credentials)
            #expect(credentials.first?.status == .warning, "\(report.text(isColored: false))")
            #expect(credentials.first?.advice?.contains("first write") == true)
        }
    }

    @Test func nameServersThatDoNotAnswerAreNamed() async throws {
        try await Site.run { site in
            let report = await check(
                site, as: .run, ["NAME_SERVERS": "\(site.cluster.dns.endpoint),127.0.0.1:1"])
            let check = try #require(only(report, .nameServers).first)
            #expect(check.status == .warning, "\(check)")
            #expect(check.finding.contains("1 of 2 answer (nothing)") && check.finding.contains("127.0.0.1:1"))
            let none = await self.check(site, as: .run, ["NAME_SERVERS": "127.0.0.1:1"])
            #expect(none.exitCode == 75 && only(none, .nameServers).first?.status == .failed)
        }
    }

    @Test func whatNameServersShowAndTheProviderHasCanDiffer() async throws {
        let other = SimulatedDNSServer(zones: [try SimulatedZone(name: try DomainName(parsing: "example.com"))])
        try await other.start()
        try await Site.run { site in
            site.cluster.dns.setRecords(site.recordName, .a, to: [.a(site.recordName, ttl: 60, addressA.v4)])
            let report = await check(site, as: .run, ["NAME_SERVERS": other.endpoint.description])
            let check = try #require(only(report, .nameServers).first)
            #expect(check.status == .warning)
            #expect(check.finding == "they show nothing, and the provider has \(addressA)")
        }
        await other.stop()
    }

    // MARK: In a cluster

    @Test(arguments: [CheckReport.Role.leader, .updater])
    func theRightsOfTheRoleSuffice(role: CheckReport.Role) async throws {
        try await Site.run { site in
            try site.makeAccount("box", role == .leader ? .leader : .updater)
            site.cluster.api.clearCalls()
            let report = await check(site, as: role)
            #expect(report.exitCode == 0, "\(report.text(isColored: false))")
            #expect(only(report, .permission).allSatisfy { $0.status == .ok })
            #expect(only(report, .permission).count == (role == .leader ? 4 : 3))
            #expect(only(report, .cluster, "API server").first?.finding == "answers, v1.36.2")
            #expect(only(report, .clock, "API server").map(\.status) == [.ok])
            #expect(only(report, .record).isEmpty == (role == .leader))
            // It has only asked.
            for call in site.cluster.api.calls {
                #expect(call.verb == "get" || call.resource == "selfsubjectaccessreviews", "\(call)")
            }
            #expect(site.cluster.api.object(.leases, "esddns-leader", namespace: Site.namespace) == nil)
        }
    }

    /// Each rule that docs/cluster.md asks for is missed where it is not there, and none besides.
    @Test(arguments: [CheckReport.Role.leader, .updater])
    func everyRightThatIsMissingIsNamed(role: CheckReport.Role) async throws {
        try await Site.run { site in
            let account: Site.Role = role == .leader ? .leader : .updater
            try site.makeAccount("box", account)
            let user = site.user("box").name
            let rules = SimulatedCluster.rules(of: role == .leader ? .leader : .updater)
            for (index, rule) in rules.enumerated() {
                // Creating matters only for what is not there: the Lease.
                let isCreation = rule.verbs == ["create"]
                guard !isCreation || rule.resources == ["leases"] else { continue }
                site.cluster.api.revokeGrants(of: user)
                var others = rules
                others.remove(at: index)
                site.cluster.api.grant(others, to: user, namespace: Site.namespace)
                let report = await check(site, as: role)
                if rule.resources == ["events"] {
                    let event = try #require(only(report, .permission, "events").first)
                    #expect(report.exitCode == 0 && event.status == .warning)
                    #expect(event.advice?.contains("resources: [events], verbs: [create, patch]}") == true)
                } else if isCreation {
                    let lease = try #require(only(report, .cluster, "leases/esddns-leader").first)
                    #expect(report.exitCode == 69 && lease.status == .failed)
                } else {
                    #expect(report.exitCode == 77, "\(rule)")
                    let failed = only(report, .permission).filter { $0.status == .failed }
                    #expect(!failed.isEmpty)
                    for check in failed {
                        #expect(rule.resourceNames.contains { check.subject.hasSuffix("/\($0)") }, "\(check)")
                        #expect(check.advice?.contains("verbs: [\(rule.verbs.joined(separator: ", "))]") == true)
                    }
                }
            }
        }
    }

    @Test func aTokenThatIsNotAcceptedAndAServerThatIsNotThere() async throws {
        try await Site.run { site in
            try site.makeAccount("box", .leader)
            try site.writeFile("token", "nobody-knows-this", of: "box")
            let refused = await check(site, as: .leader)
            #expect(refused.exitCode == 77)
            #expect(only(refused, .cluster).first?.finding.contains("(401)") == true)
            await site.cluster.api.stop()
            let absent = await check(site, as: .leader)
            #expect(absent.exitCode == 69)
            #expect(only(absent, .cluster, "API server").first?.status == .failed)
            #expect(only(absent, .permission).isEmpty)
        }
    }

    @Test func outsideOfAPodThatIsSaid() async throws {
        try await Site.run { site in
            var environment = site.environment(of: "box", [:])
            environment["KUBERNETES_SERVICE_HOST"] = nil
            var request = ProcessEntry.CheckRequest(environment: environment)
            request.role = .leader
            request.isOnline = true
            let report = await ProcessEntry.check(request)
            #expect(report.exitCode == 69)
            let check = try #require(only(report, .cluster).first)
            #expect(check.finding.contains("KUBERNETES_SERVICE_HOST") && check.advice?.contains("--kubeconfig") == true)
            // The rest is checked.
            #expect(only(report, .address).first?.status == .ok)
        }
    }

    @Test func aServicesAddressIsRead() async throws {
        try await Site.run { site in
            try site.makeAccount("box", .leader)
            let settings = ["ADDRESS_SOURCE": "service/web/ingress"]
            let report = await check(
                site, as: .leader, settings, without: ["STUN_SERVERS", "HTTP_SOURCES"])
            #expect(report.exitCode == 77, "\(report.text(isColored: false))")
            #expect(only(report, .address).first?.status == .failed)
            let permission = try #require(only(report, .permission, "services/ingress").first)
            #expect(permission.finding == "get, list, watch not allowed in web")
        }
    }
}

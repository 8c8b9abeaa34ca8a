import Foundation
import Testing

@testable import AddressSync

@Suite struct CheckReportTests {
    private func check(_ settings: [String: String], as role: CheckReport.Role? = .run) async -> CheckReport {
        var request = ProcessEntry.CheckRequest(environment: SettingsFixture.prefixed(settings))
        request.role = role
        return await ProcessEntry.check(request)
    }

    @Test func goodSettingsAreSummedUp() async throws {
        let report = await check(SettingsFixture.leastForUpdater.merging(["FAMILIES": "ipv4,ipv6"]) { $1 })
        #expect(report.exitCode == 0 && !report.isOnline)
        #expect(report.checks.count == 1)
        let finding = try #require(report.checks.first?.finding)
        #expect(finding.hasPrefix("home.example.com A at gandi; IPv4 from "))
        #expect(finding.contains("; IPv6 from ") && finding.hasSuffix("quorum 2"))
        #expect(report.text(isColored: false).hasSuffix("\nrun: 1 ok\n"))
    }

    @Test func everythingThatIsWrongIsNamedAtOnceWithoutSecrets() async throws {
        let secret = SettingsFixture.secret
        let report = await check([
            "RECORDS": "bad..name", "QUORUM": "none", "GANDI_TOKEN": secret, "GANDI_API_KEY": secret, "STAT_FILE": "x",
        ])
        #expect(report.exitCode == 78)
        let bySubject = Dictionary(uniqueKeysWithValues: report.checks.map { ($0.subject, $0) })
        #expect(bySubject.count == 4 && report.checks.allSatisfy { $0.status == .failed && $0.area == .settings })
        #expect(bySubject["ESDDNS_QUORUM"]?.finding == "is \"none\"")
        #expect(bySubject["ESDDNS_QUORUM"]?.advice == "expected a whole number of 1 to 10")
        #expect(bySubject["ESDDNS_STAT_FILE"]?.finding == "is no setting")
        #expect(bySubject["ESDDNS_STAT_FILE"]?.advice == "did you mean ESDDNS_STATE_FILE?")
        #expect(bySubject["ESDDNS_GANDI_API_KEY"]?.finding == "has a value that is not shown, and that cannot be used")
        #expect(!report.json.contains(secret) && !report.text(isColored: true).contains(secret))
        let absent = await check(["GANDI_TOKEN": secret])
        #expect(absent.checks.first?.finding == "is not set")
    }

    @Test(arguments: CheckReport.Role.allCases) func rolesReadWhatTheyNeed(role: CheckReport.Role) async {
        // A leader writes no records; the others have to know which.
        #expect(await check([:], as: role).exitCode == (role == .leader ? 0 : 78))
    }

    @Test(arguments: [
        ([:], CheckReport.Role.run), (["KUBERNETES_SERVICE_HOST": "10.0.0.1"], .leader),
        (["KUBERNETES_SERVICE_HOST": "10.0.0.1", "ESDDNS_RECORDS": "a.example"], .updater),
        (["KUBERNETES_SERVICE_HOST": "", "ESDDNS_RECORDS": "a.example"], .run),
    ])
    func theRoleFollowsFromTheEnvironment(environment: [String: String], role: CheckReport.Role) {
        #expect(CheckReport.Role.assumed(in: environment) == role)
    }

    @Test func theOriginalsSettingsAreReadForRunAlone() async throws {
        let environment = ["TARGET_DOMAIN_FQDN": "example.com", "API_KEY": "k", "RECORD_NAME_ROOT": "home"]
        var request = ProcessEntry.CheckRequest(environment: environment)
        request.role = .run
        let report = await ProcessEntry.check(request)
        #expect(report.exitCode == 0)
        #expect(report.checks.contains { $0.finding.contains("is now ESDDNS_GANDI_API_KEY") })
        request.role = .leader
        request.configuration = "dns.ini"
        let leader = await ProcessEntry.check(request)
        #expect(leader.exitCode == 78 && leader.checks.last?.subject == "--config")
    }

    @Test func whatMayGoWrongIsAWarning() async throws {
        let report = await check(
            SettingsFixture.leastForUpdater.merging(
                ["QUORUM": "1", "ALLOW_NON_GLOBAL": "true", "STATE_FILE": "/no/such/directory/state.json"]) { $1 })
        #expect(report.exitCode == 0 && report.count(of: .warning) == 3, "\(report.text(isColored: false))")
        let directory = FileManager.default.temporaryDirectory.path
        let fine = await check(
            SettingsFixture.leastForUpdater.merging(["STATE_FILE": "\(directory)/state.json"]) { $1 })
        #expect(fine.checks.contains(.ok(.settings, "ESDDNS_STATE_FILE", "\(directory)/state.json can be written")))
    }

    private typealias Check = CheckReport.Check

    @Test func theWorstFailureDecides() {
        func code(_ failures: [CheckReport.Failure]) -> Int32 {
            var report = CheckReport(role: .run, isOnline: true)
            report.checks =
                [.ok(.zone, "a", "b"), .warning(.source, "a", "b")]
                + failures.map { .failed(.record, "a", "b", as: $0) }
            return report.exitCode
        }
        #expect(code([]) == 0)
        #expect(code([.temporary]) == 75)
        #expect(code([.temporary, .lasting]) == 69)
        #expect(code([.refused, .lasting, .temporary]) == 77)
        #expect(code([.refused, .settings]) == 78)
    }

    @Test func peopleGetALineEachAndMachinesADocument() throws {
        var report = CheckReport(role: .updater, isOnline: true)
        report.checks = [
            .ok(.zone, "home.example.com", "is in example.com"),
            .failed(.nameServers, "home.example.com A", "none of 2 answers", "open port 53", as: .temporary),
        ]
        #expect(
            report.text(isColored: false) == """
                ok      zone          home.example.com    is in example.com
                failed  name servers  home.example.com A  none of 2 answers; open port 53

                updater: 1 ok, 1 failed

                """)
        #expect(report.text(isColored: true).contains("\u{1B}[31mfailed "))
        #expect(
            report.json == """
                {"checks":[{"advice":null,"area":"zone","finding":"is in example.com","status":"ok","subject":"home.example.com"},\
                {"advice":"open port 53","area":"name servers","finding":"none of 2 answers","status":"failed",\
                "subject":"home.example.com A"}],"exitCode":75,"online":true,"role":"updater","status":"failed"}
                """)
    }
}

import CurlHTTP
import Foundation
import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct ProviderSettingsTests {
    private let dependencies = ProviderDependencies(transport: FakeLiveDNS(FakeZone("example.com")))

    private func problems(_ kind: String, _ values: [String: String]) throws -> [String] {
        let settings = DictionarySettings(
            Dictionary(uniqueKeysWithValues: values.map { ("ESDDNS_\($0)", $1) }), prefix: "ESDDNS_")
        do {
            _ = try ProviderRegistry.kind(named: kind).build(from: settings, with: dependencies)
            return []
        } catch let problems as SettingProblems {
            return problems.problems.map(\.description)
        }
    }

    @Test(arguments: [
        ("gandi", ["GANDI_TOKEN": "t"]),
        ("gandi", ["GANDI_API_KEY": " k\n", "TTL": "300", "ZONE": "example.com."]),
        ("gandi", ["GANDI_TOKEN": "t", "GANDI_BASE_URL": "http://127.0.0.1:8080/livedns/", "GANDI_SHARING_ID": "x-y"]),
        ("gandi", ["GANDI_TOKEN": "t", "GANDI_API_KEY": "", "TTL": " "]),
        ("rfc2136", ["RFC2136_SERVER": "ns.example.com", "RFC2136_KEY_NAME": "k", "RFC2136_KEY_SECRET": "AAEC"]),
        (
            "rfc2136",
            [
                "RFC2136_SERVER": "[::1]:5353", "RFC2136_KEY_NAME": "k.", "RFC2136_KEY_SECRET": "AAEC",
                "RFC2136_KEY_ALGORITHM": "HMAC-SHA512", "TTL": "30", "ZONE": "example.com",
            ]
        ),
    ])
    func accepts(kind: String, values: [String: String]) throws {
        #expect(try problems(kind, values) == [])
    }

    @Test(arguments: [
        ("gandi", [:], ["ESDDNS_GANDI_TOKEN: expected a personal access token"]),
        (
            "gandi", ["GANDI_TOKEN": "hunter2", "GANDI_API_KEY": "hunter3"],
            ["ESDDNS_GANDI_API_KEY=<redacted>: expected to be left out, since ESDDNS_GANDI_TOKEN is set"]
        ),
        (
            "gandi", ["GANDI_TOKEN": "hunter2\nhunter3"],
            ["ESDDNS_GANDI_TOKEN=<redacted>: expected a secret on one line"]
        ),
        (
            "gandi", ["GANDI_TOKEN": "hunter2", "GANDI_TOKEN_FILE": "/x"],
            ["ESDDNS_GANDI_TOKEN: expected either this or ESDDNS_GANDI_TOKEN_FILE"]
        ),
        (
            "gandi", ["GANDI_TOKEN_FILE": "/nonexistent/t"],
            ["ESDDNS_GANDI_TOKEN_FILE=\"/nonexistent/t\": expected the path"]
        ),
        (
            "gandi",
            [
                "GANDI_TOKEN": "hunter2", "TTL": "60", "ZONE": "a..b", "GANDI_BASE_URL": "ftp://x",
                "GANDI_SHARING_ID": "a b",
            ],
            [
                "ESDDNS_GANDI_BASE_URL=\"ftp://x\": expected an http or https URL",
                "ESDDNS_GANDI_SHARING_ID=\"a b\": expected the identifier",
                "ESDDNS_ZONE=\"a..b\": expected the name of the zone that holds the records, such as example.com; \"a..b\" has",
                "ESDDNS_TTL=\"60\": expected a number of seconds from 300 to 2592000",
            ]
        ),
        (
            "rfc2136", [:],
            [
                "ESDDNS_RFC2136_SERVER: expected HOST", "ESDDNS_RFC2136_KEY_NAME: expected the key's name",
                "ESDDNS_RFC2136_KEY_SECRET: expected the key in base64",
            ]
        ),
        (
            "rfc2136",
            [
                "RFC2136_SERVER": "ns:99999", "RFC2136_KEY_NAME": "k k", "RFC2136_KEY_ALGORITHM": "hmac-md5",
                "RFC2136_KEY_SECRET": "not base64!", "TTL": "-1",
            ],
            [
                "ESDDNS_RFC2136_SERVER=\"ns:99999\": expected HOST", "ESDDNS_RFC2136_KEY_NAME=\"k k\": expected",
                "ESDDNS_RFC2136_KEY_ALGORITHM=\"hmac-md5\": expected one of hmac-sha1, hmac-sha224, hmac-sha256",
                "ESDDNS_RFC2136_KEY_SECRET=<redacted>: expected the key in base64",
                "ESDDNS_TTL=\"-1\": expected a number of seconds",
            ]
        ),
    ])
    func reportsEverythingThatIsWrongAtOnce(kind: String, values: [String: String], expected: [String]) throws {
        let problems = try problems(kind, values)
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) {
            #expect(problem.hasPrefix(start), "\(problem)")
            #expect(!problem.contains("hunter") && !problem.contains("not base64!"))
        }
    }

    @Test func aSecretFileIsFollowed() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("old-token\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let zone = FakeZone("example.com")
        let transport = FakeLiveDNS(zone, authorization: "Bearer new-token")
        let provider = try ProviderKind.gandi.build(
            from: DictionarySettings(["GANDI_TOKEN_FILE": file.path()]),
            with: ProviderDependencies(transport: transport))
        let set = RecordSet(
            name: try #require(RecordName("home.example.com")), address: try #require(IPAddress("198.51.100.7")))
        guard case .refused = await provider.apply(set) else {
            Issue.record("the old token was accepted")
            return
        }
        try Data("new-token\n".utf8).write(to: file)
        guard case .created = await provider.apply(set) else {
            Issue.record("the new token was not used")
            return
        }
    }

    @Test(arguments: [
        ("duckdns", "DUCKDNS_BASE_URL", "https://www.duckdns.org/update?domains=home&token=hunter2"),
        ("dyndns2", "DYNDNS2_SERVER", "https://user:hunter2@dynupdate.no-ip.com/nic/update"),
        ("dyndns2", "DYNDNS2_SERVER", "user:hunter2@dynupdate.no-ip.com"),
        ("powerdns", "POWERDNS_BASE_URL", "http://user:hunter2@powerdns.example.com:8081"),
        ("webhook", "WEBHOOK_BASE_URL", "http://localhost:8888/?key=hunter2"),
    ])
    func secretsInURLsAreNotShown(kind: String, setting: String, value: String) throws {
        let kind = try ProviderRegistry.kind(named: kind)
        do throws(SettingProblems) {
            _ = try kind.build(
                from: DictionarySettings([setting: value]),
                with: ProviderDependencies(transport: FakeLiveDNS(FakeZone("example.com"))))
            Issue.record("\(setting) was accepted")
        } catch {
            #expect(error.problems.contains { $0.name == setting })
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func theRegistryKnowsItsProviders() throws {
        let kinds = ProviderRegistry.all.map(\.name)
        #expect(Set(kinds).count == kinds.count && Set(kinds).isSuperset(of: ["gandi", "rfc2136"]))
        #expect {
            try ProviderRegistry.kind(named: "nobody", setting: "ESDDNS_PROVIDER")
        } throws: {
            String(describing: $0) == "ESDDNS_PROVIDER=\"nobody\": expected one of \(kinds.joined(separator: ", "))"
        }
        let names = ProviderRegistry.all.flatMap(\.settings).map(\.name) + ProviderRegistry.sharedSettings.map(\.name)
        #expect(Set(names).count == names.count)
    }
}

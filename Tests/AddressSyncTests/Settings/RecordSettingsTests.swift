import DNSRecords
import NetworkPrimitives
import Testing
import WANDetection

@testable import AddressSync

@Suite struct RecordSettingsTests {
    @Test func recordsOfSeveralProvidersAndAccounts() throws {
        let settings = try SettingsFixture.updater([
            "RECORDS":
                "home.example.com, vpn.example.org/A+AAAA/600@gandi:work, lab.example.net@rfc2136, {node}.edge.example.com",
            "WORK_GANDI_TOKEN": "another", "WORK_ZONE": "example.org", "WORK_TTL": "900",
            "RFC2136_SERVER": "192.0.2.53", "RFC2136_KEY_NAME": "k", "RFC2136_KEY_SECRET": SettingsFixture.secret,
            "FAMILIES": "ipv4,ipv6",
        ])
        #expect(
            Set(settings.records.providers.keys.map(\.description)) == ["gandi", "gandi:work", "rfc2136"])
        #expect(settings.records.records.count == 5)
        #expect(settings.detection.families == [.ipv4, .ipv6])
        #expect(settings.nodeDetection != nil)
        let writers = try settings.records.writers(with: try SettingsFixture.dependencies())
        #expect(writers[ProviderChoice(kind: "gandi", label: "work")]?.provider.ttlPolicy.configured == 900)
        #expect(writers[ProviderChoice(kind: "gandi")]?.provider.ttlPolicy.configured == nil)
    }

    @Test func aLabelledProvidersSettingsAreChecked() throws {
        let problems = try SettingsFixture.problems(["RECORDS": "home.example.com@gandi:work", "WORK_TTL": "5"])
        #expect(problems.map(\.name).sorted() == ["ESDDNS_WORK_GANDI_TOKEN", "ESDDNS_WORK_TTL"])
    }

    @Test func settingsOfALabelThatNobodyNamesAreUnknown() throws {
        let problems = try SettingsFixture.problems(["WORK_GANDI_TOKEN": "x"])
        #expect(problems.map(\.name) == ["ESDDNS_WORK_GANDI_TOKEN"])
        #expect(problems.first?.expected.contains("ESDDNS_GANDI_TOKEN") == true)
    }

    @Test(arguments: [
        (["RECORDS": "home.example.com,HOME.example.com./A"], "listed twice"),
        (["RECORDS": "home.example.com/10"], "takes a TTL of 300 to 2592000"),
        (["RECORDS": "home.example.com@nobody"], "one of gandi"),
        (["RECORDS": "home.example.com/AAAA", "FAMILIES": "ipv4"], "records that need ipv6"),
        (["FAMILIES": "ipx"], "ipv4, ipv6 or ipv4,ipv6"),
        (["OWNER": "a b"], "1 to 63 letters"),
        (["TAKE_OVER": "true"], "nothing to take over"),
        (["EGRESS": "some"], "expected sticky, all or pinned"),
        (["RECORDS": "{node}.example.com", "NODE_ADDRESS_SOURCE": "service/web/front"], "in the cluster only"),
    ])
    func problemsAreNamed(settings: [String: String], reason: String) throws {
        let problems = try SettingsFixture.problems(settings)
        #expect(problems.contains { $0.description.contains(reason) }, "\(problems)")
    }

    @Test func familiesFollowFromTheRecords() throws {
        #expect(try SettingsFixture.updater().detection.families == [.ipv4])
        #expect(try SettingsFixture.updater(["RECORDS": "a.example.com/AAAA"]).detection.families == [.ipv6])
        #expect(
            try SettingsFixture.standalone(["RECORDS": "a.example.com/A+AAAA"]).detection.families == [.ipv4, .ipv6])
        #expect(try SettingsFixture.leader(["FAMILIES": "ipv6,ipv4"]).detection.families == [.ipv4, .ipv6])
    }

    @Test func eachFamilyHasItsOwnSources() throws {
        let settings = try SettingsFixture.leader([
            "FAMILIES": "ipv4,ipv6", "EGRESS": "pinned:203.0.113.0/24",
            "STUN_SERVERS": "a=192.0.2.1:3478,b=[2001:db8::1]:3478,c=stun.example.net:3478", "ALLOW_NON_GLOBAL": "true",
        ]).detection
        let four = settings.of(.ipv4).sources.map(\.description)
        let six = settings.of(.ipv6).sources.map(\.description)
        #expect(four.contains("192.0.2.1:3478/udp") && !four.contains("[2001:db8::1]:3478/udp"))
        #expect(six.contains("[2001:db8::1]:3478/udp") && !six.contains("192.0.2.1:3478/udp"))
        #expect(four.contains("stun.example.net:3478/udp") && six.contains("stun.example.net:3478/udp"))
        #expect(six.contains("https://v6.ident.me") && !four.contains("https://v6.ident.me"))
        #expect(settings.of(.ipv6).quorum.family == .ipv6)
        #expect(settings.of(.ipv6).quorum.egress == .sticky && settings.of(.ipv4).quorum.egress != .sticky)
    }

    @Test func nodesMayFindTheirOwnAddressWhereTheLeaderReadsAService() throws {
        let settings = try SettingsFixture.updater([
            "RECORDS": "home.example.com,{node}.example.com", "ADDRESS_SOURCE": "service/web/front",
            "STUN_SERVERS": "a.example.net:3478,b.example.org:3478",
        ])
        #expect(settings.detection.of(.ipv4).sources.count == 1)
        #expect(settings.nodeDetection?.of(.ipv4).sources.contains { $0.description.contains("a.example.net") } == true)
    }
}

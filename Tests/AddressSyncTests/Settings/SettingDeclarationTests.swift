import DNSRecords
import Testing

@testable import AddressSync

@Suite struct SettingDeclarationTests {
    /// A value that each setting accepts, another than its default.
    private static let good: [String: String] = [
        "RECORDS": "a.example.com", "PROVIDER": "rfc2136", "NAME_SERVERS": "192.0.2.1", "RESOLVERS": "192.0.2.2:5353",
        "RECORD_CHECK_INTERVAL": "1m", "STALE_AFTER": "10m", "DETECTION": "stun",
        "ADDRESS_SOURCE": "service/ingress/front", "FALLBACK_SOURCE": "interface/ppp0",
        "STUN_SERVERS": "stun.example.net:3478",
        "STUN_LISTS": "https://lists.example.net/stun.txt", "DNS_SOURCES": "me.example.net/A@ns.example.net",
        "EGRESS": "all", "FAMILIES": "ipv4,ipv6", "NODE_ADDRESS_SOURCE": "interface/ppp0", "OWNER": "site-a",
        "TAKE_OVER": "no",
        "HTTP_SOURCES": "https://ip.example.net/", "QUORUM": "3", "PROBE_INTERVAL": "30s", "CONFIRM_INTERVAL": "10m",
        "HEARTBEAT_INTERVAL": "30s", "ALLOW_NON_GLOBAL": "true", "NAMESPACE": "dns", "NODE_NAME": "node-7",
        "LEASE_NAME": "other", "LEASE_DURATION": "30s", "RENEW_DEADLINE": "11s", "RETRY_PERIOD": "3s",
        "ADDRESS_CONFIGMAP": "address", "RECORDS_CONFIGMAP": "records", "SERVICE_ACCOUNT_DIRECTORY": "/tmp/account",
        "SECRETS_DIRECTORY": "/usr", "STATE_FILE": "/tmp/state.json",
        "LISTEN": "127.0.0.1:9090", "LOG_FORMAT": "json", "LOG_LEVEL": "debug",
        "NOTIFY_URL": "https://hooks.example.net/x", "NOTIFY_TEMPLATE": #"{"text": "{{message}}"}"#,
        "NOTIFY_HEADERS": "Authorization: Bearer x", "NOTIFY_EVENTS": "address-changed", "NOTIFY_AFTER": "5m",
        "NOTIFY_ALLOW_HTTP": "true", "PING_URL": "https://hc.example.net/x", "PING_INTERVAL": "5m",
        "PING_METHOD": "get",
    ]

    /// A value that each setting refuses. A node may be called anything.
    private static let bad: [String: String] = [
        "RECORDS": "not a name", "PROVIDER": "gandy", "NAME_SERVERS": "host:99999", "RESOLVERS": ":53",
        "RECORD_CHECK_INTERVAL": "5", "STALE_AFTER": "1s", "DETECTION": "STUN", "ADDRESS_SOURCE": "service/front",
        "FALLBACK_SOURCE": "file:relative",
        "STUN_SERVERS": "stun.example.net:0",
        "STUN_LISTS": "http://lists.example.net/stun.txt", "DNS_SOURCES": "me.example.net/MX@ns.example.net",
        "EGRESS": "some", "FAMILIES": "ipv5", "NODE_ADDRESS_SOURCE": "interfaces", "OWNER": "site a",
        "TAKE_OVER": "perhaps",
        "HTTP_SOURCES": "ftp://example.net", "QUORUM": "0", "PROBE_INTERVAL": "100ms", "CONFIRM_INTERVAL": "25h",
        "HEARTBEAT_INTERVAL": "0s", "ALLOW_NON_GLOBAL": "maybe", "NAMESPACE": "Not_A_Namespace",
        "LEASE_NAME": "-lease", "LEASE_DURATION": "1500", "RENEW_DEADLINE": "-1s", "RETRY_PERIOD": "soon",
        "ADDRESS_CONFIGMAP": "a b", "RECORDS_CONFIGMAP": "records.", "SERVICE_ACCOUNT_DIRECTORY": "relative/path",
        "SECRETS_DIRECTORY": "relative/secrets", "STATE_FILE": "relative.json",
        "LISTEN": "localhost", "LOG_FORMAT": "xml", "LOG_LEVEL": "loud",
        "NOTIFY_URL": "http://hooks.example.net/x", "NOTIFY_TEMPLATE": "{{message}}",

        "NOTIFY_HEADERS": "Authorization Bearer x",
        "NOTIFY_EVENTS": "everything", "NOTIFY_AFTER": "0s", "NOTIFY_ALLOW_HTTP": "maybe", "PING_URL": "hc.example.net",
        "PING_INTERVAL": "2d", "PING_METHOD": "put",
    ]

    @Test func namesAreUniqueAndEverythingIsDescribed() {
        let names =
            SettingCatalog.all.map(\.name) + ProviderRegistry.sharedSettings.map(\.name)
            + ProviderRegistry.all.flatMap { $0.settings.map(\.name) }
        #expect(Set(names).count == names.count)
        for setting in SettingCatalog.all {
            #expect(!setting.expected.isEmpty && setting.summary.hasSuffix("."), "\(setting.name)")
            #expect(setting.environmentName == "ESDDNS_\(setting.name)")
        }
    }

    @Test func theSettingsOfThisTestAreTheDeclaredOnes() {
        let declared = Set(SettingCatalog.all.map(\.name))
        #expect(Set(Self.good.keys) == declared)
        #expect(Set(Self.bad.keys) == declared.subtracting(["NODE_NAME"]))
    }

    @Test(arguments: SettingCatalog.all)
    func aBadValueIsNamedShownAndExplained(_ setting: SettingDeclaration) throws {
        guard let bad = Self.bad[setting.name] else { return }
        let problem = try #require(
            try SettingsFixture.problems([setting.name: bad], standalone: setting.name == "STATE_FILE")
                .first { $0.name == setting.environmentName })
        #expect(!problem.expected.isEmpty)
        guard !setting.isSecret else {
            #expect(problem.value == "<redacted>" && !problem.description.contains(bad))
            return
        }
        #expect(problem.value == bad)
        #expect(problem.description.contains("\(setting.environmentName)=\"\(bad)\""))
    }

    @Test(arguments: SettingCatalog.all)
    func aGoodValueIsAccepted(_ setting: SettingDeclaration) throws {
        let good = try #require(Self.good[setting.name])
        var settings = [setting.name: good]
        if setting.name == "PROVIDER" {
            settings.merge(["RFC2136_SERVER": "192.0.2.1", "RFC2136_KEY_NAME": "k", "RFC2136_KEY_SECRET": "c2VjcmV0"]) {
                $1
            }
        }
        if setting.name.hasPrefix("NOTIFY_") { settings["NOTIFY_URL"] = Self.good["NOTIFY_URL"] }
        if setting.name == "STUN_SERVERS" || setting.name == "HTTP_SOURCES" { settings["QUORUM"] = "1" }
        #expect(try SettingsFixture.problems(settings).isEmpty)
    }

    @Test(arguments: SettingCatalog.all)
    func theDefaultIsAGoodValue(_ setting: SettingDeclaration) throws {
        guard let text = setting.defaultText else { return }
        #expect(try SettingsFixture.problems([setting.name: text]).isEmpty)
    }
}

import DNSRecords
import NetworkPrimitives
import Testing
import WANDetection

@testable import AddressSync

@Suite struct OriginalSettingsTests {
    private static let environment = [
        "API_KEY": SettingsFixture.secret, "TARGET_DOMAIN_FQDN": "example.com", "RECORD_NAME_ROOT": "@",
        "RECORD_TYPE_A": "A", "RECORD_TTL": "600",
    ]

    private static let file = """
        [gandi]
        api_key = API_KEY
        api_url_base = https://api.gandi.net
        api_url_domains = /v5/livedns/domains
        record_name_root = RECORD_NAME_ROOT
        record_ttl = RECORD_TTL
        target_domain_fqdn = TARGET_DOMAIN_FQDN
        msg_dns_domain_found = "found {}"

        [WANIPState]
        ip_check_services = {"svc": ["https://api.ipify.org/?format=text", "https://checkip.amazonaws.com/"]}
        retry_attempts = 3

        [STUNConfig]
        udp_host_list_url = https://lists.example.com/hosts.txt
        magic_cookie = 554869826

        [ESDDNS]
        daemon_thread_interval = 120
        service_host = "127.0.0.1"
        service_port = "51139"

        [log]
        log_file = esddns.log
        """

    private func problems(_ environment: [String: String], _ text: String? = nil) -> [SettingProblem] {
        do throws(SettingProblems) {
            _ = try OriginalSettings(environment: environment, text: text)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func itsEnvironmentAloneKeepsItsRecord() throws {
        let original = try OriginalSettings(environment: Self.environment, text: nil)
        let settings = try StandaloneSettings(
            environment: original.environment, dependencies: SettingsFixture.dependencies())
        let record = try #require(settings.records.records.first)
        #expect(record.description == "example.com A" && record.ttl == 600)
        #expect(settings.records.providers.keys.map(\.kind) == ["gandi"])
        #expect(original.environment["ESDDNS_GANDI_API_KEY"] == SettingsFixture.secret)
        #expect(original.notes.contains { $0.contains("ESDDNS_RECORDS=example.com/600") })
        #expect(!original.notes.joined().contains(SettingsFixture.secret))
    }

    @Test func itsFileIsTranslatedWithALineForEachSetting() throws {
        let original = try OriginalSettings(environment: Self.environment, text: Self.file)
        let settings = try StandaloneSettings(
            environment: original.environment, dependencies: SettingsFixture.dependencies())
        #expect(settings.process.listen == HostPort(host: "127.0.0.1", port: 51139))
        #expect(settings.records.reconciling.checkInterval == .seconds(120))
        #expect(settings.publishing.confirmInterval == .seconds(120))
        #expect(settings.detection.stunLists.count == 1)
        #expect(settings.detection.sources.count { $0.transport.method == .web } == 2)
        #expect(original.environment["ESDDNS_DETECTION"] == "stun+http")
        #expect(original.environment["ESDDNS_GANDI_BASE_URL"] == nil)
        for named in [
            "ESDDNS_LISTEN=127.0.0.1:51139", "ESDDNS_HTTP_SOURCES=", "ESDDNS_STUN_LISTS=",
            "[WANIPState] retry_attempts",
            "[log] log_file", "msg_",
        ] {
            #expect(original.notes.contains { $0.contains(named) }, "\(named)")
        }
    }

    @Test(arguments: [
        ("[WANIPState]\n[STUNConfig]", "stun+http"), ("[WANIPState]", "http"), ("[STUNConfig]", "stun"),
    ])
    func theSectionsChooseWhoIsAsked(text: String, mode: String) throws {
        let original = try OriginalSettings(environment: Self.environment, text: text)
        #expect(original.environment["ESDDNS_DETECTION"] == mode)
    }

    @Test func withoutASectionForDetectionThereIsAProblem() {
        #expect(problems(Self.environment, "[gandi]").map(\.name) == ["[WANIPState], [STUNConfig]"])
    }

    @Test func theFileNamesTheVariables() throws {
        let text = "[WANIPState]\n[gandi]\napi_key = MY_KEY\ntarget_domain_fqdn = MY_DOMAIN\nrecord_name_root = MY_NAME"
        let original = try OriginalSettings(
            environment: ["MY_KEY": "k", "MY_DOMAIN": "example.org.", "MY_NAME": "home"], text: text)
        #expect(original.environment["ESDDNS_RECORDS"] == "home.example.org")
        #expect(original.environment["ESDDNS_ZONE"] == "example.org")
        #expect(original.environment["ESDDNS_GANDI_API_KEY"] == "k")
    }

    @Test func theOtherNameOfTheKeyIsTaken() throws {
        let original = try OriginalSettings(
            environment: ["GANDI_API_KEY": "k", "TARGET_DOMAIN_FQDN": "example.com"], text: nil)
        #expect(original.environment["ESDDNS_GANDI_API_KEY"] == "k")
    }

    @Test func namesThatAreAnybodysSayNothingAlone() throws {
        let environment = ["API_KEY": "of something else", "GANDI_API_KEY": "k", "RECORD_TTL": "1"]
        let original = try OriginalSettings(environment: environment, text: nil)
        #expect(original.environment == environment && original.notes.isEmpty)
    }

    @Test(arguments: [
        ("ESDDNS_RECORDS", "other.example.com"), ("ESDDNS_ZONE", "example.net"), ("ESDDNS_PROVIDER", "cloudflare"),
        ("ESDDNS_GANDI_TOKEN", "t"), ("ESDDNS_GANDI_API_KEY", "another"), ("ESDDNS_GANDI_API_KEY_FILE", "/run/key"),
    ])
    func whatContradictsTheNewSettingsIsAProblem(name: String, value: String) {
        var environment = Self.environment
        environment[name] = value
        let found = problems(environment)
        #expect(found.map(\.name) == [name])
        #expect(!found.description.contains(SettingsFixture.secret))
        if name.contains("GANDI") { #expect(found.first?.value == "<redacted>") }
    }

    @Test func theSameInBothFormsIsNone() {
        var environment = Self.environment
        environment["ESDDNS_RECORDS"] = "example.com/600"
        environment["ESDDNS_GANDI_API_KEY"] = SettingsFixture.secret
        #expect(problems(environment).isEmpty)
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() {
        let text = """
            [WANIPState]
            ip_check_services = https://api.ipify.org
            [STUNConfig]
            magic_cookie = 7
            [ESDDNS]
            daemon_thread_interval = often
            """
        let names = problems(
            ["TARGET_DOMAIN_FQDN": "example.com", "RECORD_TTL": "long", "RECORD_TYPE_A": "AAAA"], text
        )
        .map(\.name)
        #expect(
            Set(names) == [
                "API_KEY", "RECORD_TTL", "RECORD_TYPE_A", "[WANIPState] ip_check_services", "[STUNConfig] magic_cookie",
                "[ESDDNS] daemon_thread_interval",
            ])
    }

    @Test func whatIsUnknownIsNamed() throws {
        let original = try OriginalSettings(
            environment: Self.environment, text: "[WANIPState]\nfoo = 1\n[bar]\nbaz = 2")
        #expect(original.notes.contains { $0.contains("[WANIPState] foo") })
        #expect(original.notes.contains { $0.contains("[bar]") })
    }

    @Test func aKeyInThePlaceOfItsVariablesNameIsNotShown() {
        let key = "abcdefghijklmnopqrstuvwx"
        let found = problems(["TARGET_DOMAIN_FQDN": "example.com"], "[WANIPState]\n[gandi]\napi_key = \(key)")
        #expect(found.count == 1 && !found.description.contains(key))
    }

    @Test func aFileThatCannotBeReadIsAProblem() {
        let error = #expect(throws: SettingProblems.self) {
            try OriginalSettings(environment: [:], file: "/nonexistent/dns.ini")
        }
        #expect(error?.problems.first?.value == "/nonexistent/dns.ini")
        #expect(problems([:], "no section").count == 1)
    }

    @Test func theEarlyIntervalIsTaken() throws {
        var environment = Self.environment
        environment["ESDDNS_DAEMON_INTERVAL"] = "900"
        let original = try OriginalSettings(environment: environment, text: nil)
        #expect(original.environment["ESDDNS_DAEMON_INTERVAL"] == nil)
        #expect(original.environment["ESDDNS_RECORD_CHECK_INTERVAL"] == "900s")
    }
}

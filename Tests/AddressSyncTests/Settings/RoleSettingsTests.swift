import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer
import Testing
import WANDetection

@testable import AddressSync

@Suite struct RoleSettingsTests {
    @Test func aLeaderNeedsNoSettings() throws {
        let settings = try SettingsFixture.leader()
        #expect(settings.process.listen == HostPort(host: "0.0.0.0", port: 8080))
        #expect(settings.process.logFormat == .text)
        #expect(settings.process.logLevel == .info)
        #expect(!settings.process.nodeName.isEmpty)
        #expect(settings.cluster.namespace == nil)
        #expect(settings.cluster.serviceAccountDirectory == "/var/run/secrets/kubernetes.io/serviceaccount")
        #expect(settings.cluster.leaseName == "esddns-leader")
        #expect(settings.cluster.leaseDuration == .seconds(15))
        #expect(settings.cluster.renewDeadline == .seconds(10))
        #expect(settings.cluster.retryPeriod == .seconds(2))
        #expect(settings.cluster.addressConfigMap == "esddns-wan-address")
        #expect(settings.cluster.recordsConfigMap == "esddns-records")
        #expect(settings.detection.sources == AddressSource.defaults(for: .ipv4))
        #expect(settings.detection.stunLists.isEmpty)
        #expect(settings.detection.quorum == QuorumSettings(quorum: 2, allowNonGlobal: false))
        #expect(settings.publishing == PublishingSettings())
    }

    @Test func anUpdaterNeedsRecordsAndAProvider() throws {
        let settings = try SettingsFixture.updater()
        #expect(settings.records.records.map(\.description) == ["home.example.com A"])
        #expect(settings.records.records.first?.provider == ProviderChoice(kind: "gandi"))
        #expect(settings.records.nameServers.isEmpty && settings.records.resolvers.isEmpty)
        #expect(settings.records.reconciling == ReconcilingSettings())
        #expect(settings.staleAfter == .seconds(180))
    }

    @Test func allSettingsAreApplied() throws {
        let settings = try SettingsFixture.updater([
            "RECORDS": "a.example.com, *.example.com ,example.com.", "NAME_SERVERS": "192.0.2.1 , ns.example.net:5353",
            "RESOLVERS": "[2001:db8::1]:53", "RECORD_CHECK_INTERVAL": "30s", "STALE_AFTER": "20s", "DETECTION": "http",
            "HTTP_SOURCES": "one=https://a.example.net/,two=https://b.example.net/ip", "QUORUM": "2",
            "PROBE_INTERVAL": "1s", "CONFIRM_INTERVAL": "1m30s", "HEARTBEAT_INTERVAL": "5s", "NAMESPACE": "dns",
            "NODE_NAME": "node-7", "LEASE_NAME": "l", "LEASE_DURATION": "5s", "RENEW_DEADLINE": "3s",
            "RETRY_PERIOD": "500ms", "ADDRESS_CONFIGMAP": "a", "RECORDS_CONFIGMAP": "r",
            "SERVICE_ACCOUNT_DIRECTORY": "/account", "LISTEN": "[::1]:9090", "LOG_FORMAT": "json", "LOG_LEVEL": "trace",
        ])
        #expect(settings.records.records.map(\.name.description) == ["a.example.com", "*.example.com", "example.com"])
        #expect(
            settings.records.nameServers == [
                HostPort(host: "192.0.2.1", port: 53), HostPort(host: "ns.example.net", port: 5353),
            ])
        #expect(settings.records.resolvers == [HostPort(host: "2001:db8::1", port: 53)])
        #expect(settings.records.reconciling.checkInterval == .seconds(30))
        #expect(settings.staleAfter == .seconds(20))
        #expect(settings.detection.sources.map(\.operatorName) == ["one", "two"])
        #expect(settings.publishing.probeInterval == .seconds(1))
        #expect(settings.publishing.confirmInterval == .seconds(90))
        #expect(settings.publishing.heartbeatInterval == .seconds(5))
        #expect(settings.cluster.namespace == "dns" && settings.process.nodeName == "node-7")
        #expect(settings.cluster.leaseName == "l" && settings.cluster.serviceAccountDirectory == "/account")
        let election = try settings.cluster.election(namespace: "dns", identity: "me")
        #expect(election.leaseDuration == .seconds(5) && election.retryPeriod == .milliseconds(500))
        #expect(settings.process.listen == HostPort(host: "::1", port: 9090))
        #expect(settings.process.logFormat == .json && settings.process.logLevel == .trace)
    }

    @Test func theSameSettingsMakeAStandaloneProcess() throws {
        let settings = try SettingsFixture.standalone(["PROBE_INTERVAL": "3s"])
        #expect(settings.publishing.probeInterval == .seconds(3))
        #expect(settings.records.records.count == 1)
    }

    @Test(arguments: [("stun", true, false), ("http", false, true), ("stun+http", true, true)])
    func theKindOfDetectionSelectsTheSources(_ mode: String, _ stun: Bool, _ web: Bool) throws {
        let sources = try SettingsFixture.leader(["DETECTION": mode]).detection.sources
        #expect(sources.contains { $0.transport == .stunUDP } == stun)
        #expect(sources.contains { $0.transport == .https } == web)
    }

    @Test func dnsQuestionsListsAndPinnedAddressesAreRead() throws {
        let detection = try SettingsFixture.leader([
            "STUN_SERVERS": "a=stun.example.net/tcp,b=stun.example.org:5349/tls",
            "HTTP_SOURCES": "https://ip.example.com/",
            "DNS_SOURCES": "d=me.example/A@ns.example.net,me.example/TXT@https://dns.example.org/dns-query",
            "STUN_LISTS": "https://lists.example.net/a.txt,https://lists.example.net/b.txt",
            "EGRESS": "pinned:93.184.216.34,93.184.217.0/24",
        ]).detection
        #expect(
            detection.sources.map(\.transport) == [.stunTCP, .stunTLS, .https, .dnsUDP, .dnsHTTPS])
        #expect(detection.stunLists.map(\.description).count == 2)
        #expect(detection.quorum.egress.description == "pinned:93.184.216.34/32,93.184.217.0/24")
        // Lists come on top of the built-in servers, and are not loaded where no STUN server is asked.
        let listed = try SettingsFixture.leader(["STUN_LISTS": "https://lists.example.net/a.txt", "DETECTION": "stun"])
        #expect(listed.detection.sources == AddressSource.defaultSTUN)
        let web = try SettingsFixture.leader(["STUN_LISTS": "https://lists.example.net/a.txt", "DETECTION": "http"])
        #expect(web.detection.stunLists.isEmpty)
    }

    @Test(arguments: [
        ("DNS_SOURCES", "me.example/MX@ns.example"), ("STUN_LISTS", "http://lists.example.net/a.txt"),
        ("STUN_LISTS", "lists"), ("EGRESS", "some"), ("EGRESS", "pinned:nowhere"),
        ("STUN_SERVERS", "stun.example.net/dtls"),
    ])
    func sourcesThatCannotBeReadAreNamed(name: String, value: String) {
        do {
            _ = try SettingsFixture.leader([name: value])
            Issue.record("\(value) was accepted")
        } catch {
            #expect("\(error)".contains(name) && "\(error)".contains(value), "\(error)")
        }
    }

    @Test func listeningCanBeTurnedOffAndThePortBeLeftToTheSystem() throws {
        #expect(try SettingsFixture.leader(["LISTEN": "off"]).process.listen == nil)
        #expect(try SettingsFixture.leader(["LISTEN": "127.0.0.1:0"]).process.listen?.port == 0)
        #expect(try SettingsFixture.leader(["LISTEN": "[::]:0"]).process.listen == HostPort(host: "::", port: 0))
    }

    @Test func blanksAroundValuesAreNothingAndAnEmptyValueIsNotSet() throws {
        let settings = try SettingsFixture.updater([
            "QUORUM": " 3 ", "STUN_SERVERS": "", "LOG_LEVEL": " ", "RECORDS": " ,a.example.com,, b.example.com ,",
        ])
        #expect(settings.detection.quorum.quorum == 3)
        #expect(settings.detection.sources.contains { $0.transport == .stunUDP })
        #expect(settings.process.logLevel == .info)
        #expect(settings.records.records.count == 2)
    }

    @Test(arguments: ["", " ", ",", " , ,"])
    func recordsThatNameNothingAreAProblem(_ text: String) throws {
        let problems = try SettingsFixture.problems(["RECORDS": text])
        #expect(problems.map(\.name) == ["ESDDNS_RECORDS"])
    }

    @Test func aListThatNamesNothingIsAProblem() throws {
        #expect(try SettingsFixture.problems(["STUN_SERVERS": ","]).map(\.name) == ["ESDDNS_STUN_SERVERS"])
    }

    @Test func aRecordListedTwiceIsAProblem() throws {
        let problems = try SettingsFixture.problems(["RECORDS": "a.example.com,A.example.com."])
        #expect(problems.count == 1)
        #expect(problems.first?.expected.contains("listed twice") == true)
    }

    @Test func eachBadItemOfAListIsAProblemOfItsOwn() throws {
        let problems = try SettingsFixture.problems(["RECORDS": "good.example.com,bad..example.com,worse example"])
        #expect(problems.map(\.value) == ["bad..example.com", "worse example"])
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() throws {
        let problems = try SettingsFixture.problems([
            "RECORDS": "bad..name", "QUORUM": "none", "LISTEN": "nowhere", "LOG_LEVEL": "loud", "PROBE_INTERVAL": "1",
            "LEASE_DURATION": "5s", "RENEW_DEADLINE": "10s", "GANDI_API_KEY": SettingsFixture.secret, "TTL": "7",
            "RECORD": "x",
        ])
        let names = problems.map(\.name)
        for name in ["RECORDS", "QUORUM", "LISTEN", "LOG_LEVEL", "PROBE_INTERVAL", "GANDI_API_KEY", "TTL", "RECORD"] {
            #expect(names.contains("ESDDNS_\(name)"), "\(name)")
        }
        // The election's times are judged together although other settings are bad.
        #expect(names.contains { $0.contains("ESDDNS_LEASE_DURATION") })
        #expect(!SettingProblems(problems).description.contains(SettingsFixture.secret))
    }

    @Test(arguments: [
        ("HTTP_SOURCES", "https://user:SECRET@a.example/"), ("HTTP_SOURCES", "ftp://a.example/?key=SECRET"),
        ("HTTP_SOURCES", "user:SECRET@a.example"), ("STUN_LISTS", "https://user:SECRET@a.example/?key=SECRET"),
        ("STUN_LISTS", "ftp://a.example/?key=SECRET"), ("DNS_SOURCES", "a.example/TXT@https://user:SECRET@b.example/q"),
        ("ADDRESS_SOURCE", "command:relative --token SECRET"), ("FALLBACK_SOURCE", "comand:/bin/tool SECRET"),
    ])
    func whatMayBeASecretInAnAddressSourceIsNotShown(name: String, value: String) throws {
        let problems = try SettingsFixture.problems([name: value])
        #expect(problems.contains { $0.name == "ESDDNS_\(name)" })
        #expect(!SettingProblems(problems).description.contains("SECRET"), "\(SettingProblems(problems))")
    }

    @Test func theArgumentsOfACommandAreNotShownWhereItMakesOthersSenseless() throws {
        let problems = try SettingsFixture.problems([
            "ADDRESS_SOURCE": "command:/bin/tool SECRET", "STUN_SERVERS": "a.example:3478",
        ])
        #expect(problems.map(\.name) == ["ESDDNS_STUN_SERVERS"])
        #expect(problems.first?.expected.contains("command:/bin/tool …") == true)
        #expect(!SettingProblems(problems).description.contains("SECRET"))
    }

    @Test func aSecretIsNeverShown() throws {
        let bad = "not-base64-\u{7}!-but-secret"
        let problems = try SettingsFixture.problems([
            "PROVIDER": "rfc2136", "RFC2136_SERVER": "192.0.2.1", "RFC2136_KEY_NAME": "k", "RFC2136_KEY_SECRET": bad,
        ])
        #expect(problems.map(\.name) == ["ESDDNS_RFC2136_KEY_SECRET"])
        #expect(problems.first?.value == "<redacted>")
        #expect(!problems.description.contains("but-secret"))
    }

    @Test func anUnknownNameGetsTheNearestSuggestionAndHidesItsValue() throws {
        for (name, meant) in [
            ("RECRODS", "RECORDS"), ("GANDI_TOKN", "GANDI_TOKEN"), ("STALEAFTER", "STALE_AFTER"),
            ("GANDI_TOKEN_FIEL", "GANDI_TOKEN_FILE"), ("RFC2136_KEY", "RFC2136_KEY_NAME"),
        ] {
            let problem = try #require(try SettingsFixture.problems([name: "hush-hush"]).first)
            #expect(problem.name == "ESDDNS_\(name)")
            #expect(problem.expected.contains("did you mean ESDDNS_\(meant)?"))
            #expect(!problem.description.contains("hush-hush"))
        }
    }

    @Test func whatKubernetesSetsForAServiceOfThatNameIsNoSetting() throws {
        var environment = SettingsFixture.prefixed(SettingsFixture.leastForUpdater)
        for service in ["ESDDNS", "ESDDNS_LEADER"] {
            environment["\(service)_SERVICE_HOST"] = "10.0.0.1"
            environment["\(service)_SERVICE_PORT"] = "8080"
            environment["\(service)_SERVICE_PORT_HTTP"] = "8080"
            environment["\(service)_PORT"] = "tcp://10.0.0.1:8080"
            environment["\(service)_PORT_8080_TCP"] = "tcp://10.0.0.1:8080"
            environment["\(service)_PORT_8080_TCP_ADDR"] = "10.0.0.1"
        }
        _ = try UpdaterSettings(environment: environment, dependencies: SettingsFixture.dependencies())
        environment["ESDDNS_PORTS"] = "8080"
        environment["ESDDNS_SERVICE_HOST"] = nil
        #expect(throws: SettingProblems.self) {
            _ = try UpdaterSettings(environment: environment, dependencies: SettingsFixture.dependencies())
        }
    }

    @Test(arguments: [
        ["LEASE_DURATION": "5s"], ["RENEW_DEADLINE": "14s"], ["RETRY_PERIOD": "9s"], ["LEASE_DURATION": "12500ms"],
    ])
    func electionTimesHaveToFitTogether(_ settings: [String: String]) throws {
        let problems = try SettingsFixture.problems(settings)
        #expect(problems.map(\.name) == ["ESDDNS_LEASE_DURATION, ESDDNS_RENEW_DEADLINE, ESDDNS_RETRY_PERIOD"])
    }

    @Test func theQuorumNeedsThatManyOperators() throws {
        let problems = try SettingsFixture.problems([
            "DETECTION": "stun", "STUN_SERVERS": "one=a.example.net:3478,one=b.example.net:3478",
        ])
        #expect(problems.count == 1)
        #expect(problems.first?.name.contains("ESDDNS_QUORUM") == true)
        #expect(problems.first?.expected.contains("only 1 operator") == true)
    }

    @Test func aPrivateServerNeedsTheTestsSetting() throws {
        let servers = ["DETECTION": "stun", "STUN_SERVERS": "a=10.0.0.1:3478,b=127.0.0.1:3478"]
        #expect(try !SettingsFixture.problems(servers).isEmpty)
        #expect(try SettingsFixture.problems(servers.merging(["ALLOW_NON_GLOBAL": "true"]) { $1 }).isEmpty)
    }

    @Test(arguments: ["30s", "60s"])
    func aLeaderMustNotCountAsSilentBetweenTwoHeartbeats(_ staleAfter: String) throws {
        let problems = try SettingsFixture.problems(["STALE_AFTER": staleAfter])
        #expect(problems.map(\.name) == ["ESDDNS_STALE_AFTER"])
        #expect(problems.first?.expected.contains("longer than ESDDNS_HEARTBEAT_INTERVAL, which is 1m") == true)
        #expect(try SettingsFixture.problems(["STALE_AFTER": staleAfter, "HEARTBEAT_INTERVAL": "20s"]).isEmpty)
    }

    @Test func identitiesAreNeverUsedTwice() {
        let identities = (0..<100).map { _ in ClusterSettings.uniqueIdentity(host: "node-1") }
        #expect(Set(identities).count == 100)
        #expect(identities.allSatisfy { $0.hasPrefix("node-1_") })
    }
}

import CurlHTTP
import DNSRecords
import Logging
import NetworkPrimitives
import Testing
import WANDetection

@testable import AddressSync

/// An HTTP client that must not be asked.
struct NoTransport: HTTPTransport {
    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        throw HTTPClientError(.internalError, "not part of this test")
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "not part of this test")
    }
}

enum Samples {
    static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

@Suite struct AddressOriginTests {
    @Test func aServiceNeedsNoSources() throws {
        let settings = try SettingsFixture.leader(["ADDRESS_SOURCE": "service/ingress-nginx/controller"]).detection
        #expect(settings.origin == .service(ServiceReference(namespace: "ingress-nginx", name: "controller")))
        #expect(settings.sources.map(\.description) == ["service/ingress-nginx/controller"])
        #expect(settings.quorum.quorum == 1 && settings.fallback == nil)
    }

    @Test func localSourcesStandAlone() throws {
        let settings = try SettingsFixture.standalone(["ADDRESS_SOURCE": "interface/ppp0"]).detection
        #expect(settings.sources == [.local(.interface("ppp0"))] && settings.quorum.quorum == 1)
        _ = try settings.makeDetecting(http: NoTransport(), api: nil, spacing: .zero, logger: Samples.logger)
    }

    @Test func aFallbackStandsBehindTheSources() throws {
        let settings = try SettingsFixture.leader(["FALLBACK_SOURCE": "file:/run/wan-address"]).detection
        #expect(settings.fallback == .file("/run/wan-address"))
        #expect(settings.sources.count > 5)
        #expect(try SettingsFixture.leader().detection.fallback == nil)
    }

    @Test(arguments: [
        ["ADDRESS_SOURCE": "service/only"], ["ADDRESS_SOURCE": "service/a/b/c"], ["ADDRESS_SOURCE": "service/A/b"],
        ["ADDRESS_SOURCE": "nat"], ["ADDRESS_SOURCE": "command:relative"], ["FALLBACK_SOURCE": "service/a/b"],
        ["FALLBACK_SOURCE": "detect"],
    ])
    func whatIsNoneIsNamed(_ setting: [String: String]) throws {
        let problems = try SettingsFixture.problems(setting)
        #expect(problems.map(\.name) == setting.keys.map { "ESDDNS_\($0)" })
    }

    @Test func whatWouldBeIgnoredIsRefused() throws {
        let problems = try SettingsFixture.problems([
            "ADDRESS_SOURCE": "interface", "STUN_SERVERS": "a=stun.a.example,b=stun.b.example",
            "FALLBACK_SOURCE": "interface",
        ])
        #expect(Set(problems.map(\.name)) == ["ESDDNS_STUN_SERVERS", "ESDDNS_FALLBACK_SOURCE"])
    }

    @Test func namedServersLeaveTheBuiltInQuestionsOut() throws {
        var settings = ["STUN_SERVERS": "a=stun.a.example,b=stun.b.example"]
        #expect(try SettingsFixture.leader(settings).detection.sources.contains { $0.transport.method == .dns })
        settings["HTTP_SOURCES"] = "https://ip.c.example/"
        #expect(try SettingsFixture.leader(settings).detection.sources.map(\.operatorName) == ["a", "b", "c.example"])
    }

    @Test func aServiceNeedsACluster() throws {
        #expect(throws: SettingProblems.self) { try SettingsFixture.standalone(["ADDRESS_SOURCE": "service/a/b"]) }
    }
}

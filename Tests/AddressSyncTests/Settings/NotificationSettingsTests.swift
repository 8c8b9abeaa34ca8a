import DNSRecords
import Foundation
import HTTPTypes
import Testing

@testable import AddressSync

struct NotificationSettingsTests {
    @Test func withoutSettingsNobodyIsTold() throws {
        for settings in [try SettingsFixture.leader().notifications, try SettingsFixture.updater().notifications] {
            #expect(settings.webhook == nil && settings.ping == nil && settings.lasting == .seconds(600))
        }
        #expect(try SettingsFixture.updater().records.reconciling.lasting == .seconds(600))
    }

    @Test func allAreApplied() throws {
        let given = [
            "NOTIFY_URL": "https://hooks.example.com/secret", "NOTIFY_TEMPLATE": #"{"text": "{{message}}"}"#,
            "NOTIFY_HEADERS": "A: b\nC: d", "NOTIFY_EVENTS": "address-changed, record-failing", "NOTIFY_AFTER": "2m",
            "PING_URL": "http://127.0.0.1:9/uuid", "PING_INTERVAL": "5m", "PING_METHOD": "get",
        ]
        for settings in [
            try SettingsFixture.leader(given).notifications, try SettingsFixture.updater(given).notifications,
            try SettingsFixture.standalone(given).notifications,
        ] {
            let webhook = try #require(settings.webhook)
            let request = try webhook.request()
            #expect(request.url.exposed == "https://hooks.example.com/secret")
            #expect(request.headers.count == 3 && request.headers[.contentType] == "application/json")
            #expect(webhook.kinds == [.addressChanged, .recordFailing])
            #expect(settings.lasting == .seconds(120))
            let ping = try #require(settings.ping)
            #expect(ping.interval == .seconds(300) && ping.method == .get && ping.body("x") == nil)
            #expect(try ping.currentURL().exposed == "http://127.0.0.1:9/uuid")
        }
        #expect(try SettingsFixture.updater(given).records.reconciling.lasting == .seconds(120))
        #expect(try SettingsFixture.standalone(given).records.reconciling.lasting == .seconds(120))
    }

    @Test func aSecretCanBeAFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("esddns-url-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("https://hooks.example.com/secret\n".utf8).write(to: file)
        let settings = try SettingsFixture.leader(["NOTIFY_URL_FILE": file.path]).notifications
        #expect(try settings.webhook?.request().url.exposed == "https://hooks.example.com/secret")
    }

    @Test func everyProblemIsSaidAndNoSecretIsShown() throws {
        let problems = try SettingsFixture.problems([
            "NOTIFY_URL": "http://hooks.example.com/secret", "NOTIFY_TEMPLATE": "{{nothing}}",
            "NOTIFY_HEADERS": "secret",
            "NOTIFY_EVENTS": "address", "NOTIFY_AFTER": "0s", "NOTIFY_ALLOW_HTTP": "perhaps", "PING_URL": "secret",
            "PING_INTERVAL": "2d", "PING_METHOD": "put",
        ])
        #expect(
            problems.map(\.name).sorted() == [
                "ESDDNS_NOTIFY_AFTER", "ESDDNS_NOTIFY_ALLOW_HTTP", "ESDDNS_NOTIFY_EVENTS", "ESDDNS_NOTIFY_HEADERS",
                "ESDDNS_NOTIFY_TEMPLATE", "ESDDNS_NOTIFY_URL", "ESDDNS_PING_INTERVAL", "ESDDNS_PING_METHOD",
                "ESDDNS_PING_URL",
            ])
        for problem in problems {
            let text = problem.description.replacing("expected a secret", with: "")
            #expect(!text.contains("secret"), "\(problem)")
        }
    }

    @Test func whatHasNoMeaningWithoutAWebhookIsSaid() throws {
        let problems = try SettingsFixture.problems(["NOTIFY_EVENTS": "record-written", "NOTIFY_HEADERS": "A: secret"])
        #expect(problems.map(\.name) == ["ESDDNS_NOTIFY_HEADERS", "ESDDNS_NOTIFY_EVENTS"])
        #expect(problems.allSatisfy { $0.expected.contains("no meaning without ESDDNS_NOTIFY_URL") })
        #expect(problems.first?.value == "<redacted>")
        let both = try SettingsFixture.problems(["PING_URL": "https://a.example/x", "PING_URL_FILE": "/x"])
        #expect(both.map(\.name) == ["ESDDNS_PING_URL"])
    }
}

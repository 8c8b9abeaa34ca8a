import Foundation
import OperatorCore
import Testing

@testable import AddressSync

struct NotificationTemplateTests {
    static let announcement: Announcement = {
        var sample = Announcement(
            kind: .addressChanged, message: "The WAN address changed from \(addressA) to \(addressB).",
            time: wallTime(),
            source: "node-1")
        (sample.family, sample.address, sample.previous) = ("ipv4", addressB.description, addressA.description)
        return sample
    }()

    @Test func theStandardBodyHasEveryPlaceholderUnderItsName() throws {
        let json = try JSONValue(parsing: NotificationTemplate.standard.body(for: Self.announcement))
        #expect(json.object?.keys.sorted() == NotificationTemplate.names.sorted())
        #expect(json["event"]?.string == "address-changed" && json["severity"]?.string == "info")
        #expect(json["address"]?.string == addressB.description && json["previous"]?.string == addressA.description)
        #expect(json["time"]?.string == "2026-07-01T00:00:00Z" && json["source"]?.string == "node-1")
        #expect(json["since"]?.string == "" && json["record"]?.string == "")
    }

    /// What somebody else wrote cannot end the text that it stands in, or the line.
    @Test(arguments: ["\"", "\\", "\"}, {\"a\": \"b", "line\nfeed\r\t\u{0}\u{1B}[31m", "{{message}}", "ü🦆\u{2028}"])
    func valuesAreEscaped(_ hostile: String) throws {
        let template = try NotificationTemplate(
            parsing: #"{"text": "*{{ reason }}*", "blocks": [{"t": "{{reason}}"}]}"#)
        var announcement = Self.announcement
        announcement.reason = hostile
        let body = template.body(for: announcement)
        let json = try JSONValue(parsing: body)
        #expect(json == ["text": .string("*\(hostile)*"), "blocks": [["t": .string(hostile)]]])
        #expect(body.allSatisfy { $0 >= 0x20 }, "no control character is sent as it is")
    }

    @Test func longValuesAreCut() throws {
        var announcement = Self.announcement
        announcement.reason = String(repeating: "long ", count: 10_000)
        let json = try JSONValue(parsing: NotificationTemplate.standard.body(for: announcement))
        #expect(json["reason"]?.string?.count == 1001)
    }

    @Test(arguments: [
        ("", "no JSON"), ("{{message}}", "no JSON"), (#"{"a": {{message}}}"#, "within texts"),
        (#"{"text": "{{message"}"#, "has no end"), (#"{"text": "{{adress}}"}"#, #"no placeholder "adress""#),
        (#"{"text": "a" "b"}"#, "no JSON"),
    ]) func whatMakesNoJSONIsRefused(_ text: String, _ why: String) {
        let error = #expect(throws: NotificationTemplate.ParseError.self) { try NotificationTemplate(parsing: text) }
        #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
    }

    /// Every placeholder, kind and example of the documentation, by the code.
    @Test func theDocumentationIsRight() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/notifications.md"), encoding: .utf8)
        let placeholders = text.matches(of: /\n\| `{{([a-z]+)}}` \|/).map { String($0.1) }
        #expect(placeholders == NotificationTemplate.names)
        let kinds = text.matches(of: /\n\| `([a-z]+-[a-z]+)` \| (info|warning) \|/).map { (String($0.1), String($0.2)) }
        #expect(kinds.map(\.0) == Announcement.Kind.allCases.map(\.rawValue))
        #expect(kinds.map(\.1) == Announcement.Kind.allCases.map(\.severity))
        let examples = text.matches(of: /ESDDNS_NOTIFY_TEMPLATE='([^']+)'/).map { String($0.1) }
        #expect(examples.count >= 5)
        for example in examples {
            #expect(throws: Never.self) {
                let template = try NotificationTemplate(parsing: example)
                _ = try JSONValue(parsing: template.body(for: Self.announcement))
            }
        }
        let standard = try #require(text.firstMatch(of: /```json\n(\{[^`]+\})\n```/)?.1)
        let shown = try JSONValue(parsing: String(standard))
        #expect(shown.object?.keys.sorted() == NotificationTemplate.names.sorted())
    }
}

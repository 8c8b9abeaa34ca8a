import Foundation
import OperatorCore
import Testing

@testable import AddressSync

struct RecordEventsTests {
    @Test func onlyPowersOfTwoAreTold() {
        #expect((0...70).filter(RecordEvents.isTold) == [1, 2, 4, 8, 16, 32, 64])
    }

    @Test func theSettingsOfCredentialsAreThoseThatAreSet() throws {
        let gandi = ProviderChoice(kind: "gandi")
        #expect(
            try SettingsFixture.updater().records.credentialSettings[gandi] == ["ESDDNS_GANDI_TOKEN"])
        let labelled = try SettingsFixture.updater([
            "RECORDS": "a.example.com@gandi:work", "WORK_GANDI_API_KEY": SettingsFixture.secret,
        ])
        #expect(
            labelled.records.credentialSettings[ProviderChoice(kind: "gandi", label: "work")] == [
                "ESDDNS_WORK_GANDI_API_KEY"
            ])
    }

    /// Every reason is in the table of the documentation, and nothing else.
    @Test func reasonsAreDocumented() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/events.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").compactMap {
            $0.firstMatch(of: /^\| `([A-Za-z]+)` \| (Normal|Warning) \|/)
        }
        let documented = Dictionary(
            rows.map { (String($0.1), String($0.2)) }, uniquingKeysWith: { first, _ in first })
        var expected = Dictionary(
            uniqueKeysWithValues: EventReason.allCases.map { ($0.rawValue, $0.severity.rawValue) })
        expected["LeaderElection"] = "Normal"
        #expect(documented == expected)
    }
}

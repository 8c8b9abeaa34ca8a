import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct RecordChangesTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var there: [(String, ttl: UInt32?)]
        var desired: [String]
        var ttl: UInt32?
        /// Indices of `there`, with the new address and TTL.
        var changed: [String] = []
        var added: [String] = []
        var removed: [Int] = []

        var testDescription: String { "\(there.map(\.0)) -> \(desired), TTL \(ttl.map(String.init) ?? "kept")" }
    }

    private static let cases = [
        Case(there: [("192.0.2.1", 300)], desired: ["192.0.2.1"]),
        Case(there: [("192.0.2.1", 300)], desired: ["192.0.2.2"], changed: ["0 192.0.2.2 -"]),
        Case(there: [("192.0.2.1", 300)], desired: ["192.0.2.2"], ttl: 600, changed: ["0 192.0.2.2 600"]),
        Case(there: [("192.0.2.1", 300)], desired: ["192.0.2.1"], ttl: 600, changed: ["0 - 600"]),
        Case(there: [("192.0.2.1", 600)], desired: ["192.0.2.1"], ttl: 600),
        Case(there: [("192.0.2.1", nil)], desired: ["192.0.2.2"], ttl: 600, changed: ["0 192.0.2.2 -"]),
        Case(there: [], desired: ["192.0.2.1", "192.0.2.2"], ttl: 600, added: ["192.0.2.1", "192.0.2.2"]),
        Case(
            there: [("192.0.2.1", 300), ("192.0.2.2", 300)], desired: ["192.0.2.2", "192.0.2.3"],
            changed: ["0 192.0.2.3 -"]),
        Case(
            there: [("192.0.2.1", 300), ("192.0.2.2", 300), ("192.0.2.3", 300)], desired: ["192.0.2.9"],
            changed: ["0 192.0.2.9 -"], removed: [1, 2]),
        Case(there: [("192.0.2.1", 300), ("192.0.2.2", 300)], desired: ["192.0.2.2"], removed: [0]),
        Case(
            there: [("192.0.2.1", 300)], desired: ["192.0.2.7", "192.0.2.8", "192.0.2.9"],
            changed: ["0 192.0.2.7 -"], added: ["192.0.2.8", "192.0.2.9"]),
        // The same address twice is once too often.
        Case(there: [("192.0.2.1", 300), ("192.0.2.1", 300)], desired: ["192.0.2.1"], removed: [1]),
    ]

    @Test(arguments: cases)
    private func changesAsLittleAsPossible(_ test: Case) throws {
        func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
        let existing = try test.there.enumerated().map { index, record in
            RecordChanges<Int>.Existing(id: index, value: .address(try address(record.0)), ttl: record.ttl)
        }
        let desired = try RecordSet(
            name: try #require(RecordName("home.example.com")), type: .a, addresses: try test.desired.map(address))
        let changes = RecordChanges(from: existing, to: desired, ttl: test.ttl)
        #expect(
            changes.changed.map { "\($0.id) \($0.value?.presentation ?? "-") \($0.ttl.map(String.init) ?? "-")" }
                == test.changed)
        #expect(changes.added.map(\.presentation) == test.added)
        #expect(changes.removed == test.removed)
        #expect(changes.count == test.changed.count + test.added.count + test.removed.count)
        // Something is removed only where something stays.
        #expect(changes.removed.count < test.there.count || test.there.isEmpty)
    }

    @Test(
        arguments: [
            ([], nil), ([300], 300), ([300, 300], 300), ([900, 300], 300), ([300, 900], 300), ([900, 900], 900),
            ([900, 1234], 1234),
        ] as [([UInt32], UInt32?)])
    func ofSeveralTTLsTheOneThatIsNotAsConfiguredCounts(ttls: [UInt32], expected: UInt32?) {
        #expect(TTLPolicy(configured: 900).observed(ttls) == expected)
    }

    @Test func anAutomaticTTLIsOutsideOfTheRange() throws {
        var policy = TTLPolicy(configured: 1, accepted: 60...86_400)
        let wish = RecordSet(
            name: try #require(RecordName("x.example.com")), address: try #require(IPAddress("192.0.2.1")))
        #expect(policy.ttl(for: wish, replacing: nil) == 60)
        policy.automatic = 1
        #expect(policy.ttl(for: wish, replacing: nil) == 1)
        #expect(policy.wanted(by: wish) == 1)
    }
}

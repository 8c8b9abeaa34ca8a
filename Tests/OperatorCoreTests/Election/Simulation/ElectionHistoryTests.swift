import Testing

@testable import OperatorCore

/// A checker that never complains would pass every simulation.
@Suite struct ElectionHistoryTests {
    private func violations(_ events: ElectionHistory.Event..., leasesWereDeleted: Bool = false) -> [String] {
        violations(events, leasesWereDeleted: leasesWereDeleted)
    }

    private func violations(_ events: [ElectionHistory.Event], leasesWereDeleted: Bool = false) -> [String] {
        var history = ElectionHistory()
        for event in events { history.add(event) }
        return history.violations(leasesWereDeleted: leasesWereDeleted)
    }

    @Test func anOrderlyElectionIsFine() {
        let found = violations(
            .leading([], at: .zero), .leading(["a"], at: .seconds(1)), .began("a", Epoch(rawValue: 5), at: .seconds(1)),
            .landed(Epoch(rawValue: 5), version: 6), .landed(Epoch(rawValue: 5), version: 7),
            .leading([], at: .seconds(9)), .leading(["b"], at: .seconds(10)),
            .began("b", Epoch(rawValue: 8), at: .seconds(10)), .landed(Epoch(rawValue: 8), version: 9))
        #expect(found.isEmpty)
    }

    @Test func overlappingTermsAreFound() {
        #expect(violations(.leading(["a"], at: .zero), .leading(["a", "b"], at: .seconds(1))).count == 1)
        #expect(violations(.leading(["a", "b"], at: .seconds(1)), leasesWereDeleted: true).isEmpty)
    }

    @Test(arguments: [4, 5] as [UInt64]) func epochsThatDoNotGrowAreFound(_ second: UInt64) {
        let found = violations(
            .began("a", Epoch(rawValue: 5), at: .zero), .began("b", Epoch(rawValue: second), at: .seconds(1)))
        #expect(found.count == 1)
        #expect(found.first?.contains("b began with epoch \(second)") == true)
    }

    /// The answer to the first's acquisition was late; the Lease was deleted and acquired by the second in the meantime.
    @Test func aDeletedLeaseExcusesTheOrderOfTermsButNotThatOfWrites() {
        let late: [ElectionHistory.Event] = [
            .began("b", Epoch(rawValue: 8), at: .zero), .landed(Epoch(rawValue: 8), version: 9),
            .began("a", Epoch(rawValue: 5), at: .seconds(1)),
        ]
        #expect(violations(late).count == 1)
        #expect(violations(late, leasesWereDeleted: true).isEmpty)
        #expect(violations(late + [.landed(Epoch(rawValue: 5), version: 10)], leasesWereDeleted: true).count == 1)
    }

    @Test func anOldWriteAfterANewerOneIsFound() {
        let found = violations(
            .landed(Epoch(rawValue: 5), version: 6), .landed(Epoch(rawValue: 8), version: 9),
            .landed(Epoch(rawValue: 5), version: 10))
        #expect(found.count == 1)
    }
}

import StatusServer
import Testing

@testable import AddressSync

@Suite struct ReportedRecordsTests {
    private func entry(_ phase: RecordClaim.Phase, node: String, at time: Int64, error: String = "") -> String {
        var claim = RecordClaim(
            addresses: addressA, phase: phase, node: node, generation: generation(1, 1), holdSeconds: 0,
            provider: "gandi", time: Timestamp(secondsSinceEpoch: 1_795_374_000 + time))
        claim.error = error
        return claim.json
    }

    @Test func entriesBecomeRecordsAndNodes() throws {
        let reported = ReportedRecords([
            "home.example.com_A": entry(.synced, node: "node-2", at: 5),
            "home.example.com_AAAA": entry(.claimed, node: "node-2", at: 9),
            "-.example.com_A": entry(.failed, node: "node-1", at: 1, error: "refused"),
        ])
        #expect(reported.records.map(\.name) == ["*.example.com", "home.example.com", "home.example.com"])
        #expect(reported.records.map(\.type) == ["A", "A", "AAAA"])
        #expect(reported.records.map(\.phase) == [.failed, .synced, .claimed])
        let failed = try #require(reported.records.first)
        #expect(failed.error == "refused" && failed.observed == nil && failed.desired == addressA.description)
        #expect(failed.provider == "gandi" && failed.node == "node-1")
        #expect(reported.records[1].observed == addressA.description)
        #expect(
            reported.nodes == [
                .init(name: "node-1", records: 1, failed: 1, updated: Timestamp(secondsSinceEpoch: 1_795_374_001)),
                .init(name: "node-2", records: 2, updated: Timestamp(secondsSinceEpoch: 1_795_374_009)),
            ])
    }

    @Test(arguments: ["home.example.com", "_A", "home.example.com_TXT", "", "home.example.com_a"])
    func whatIsNoRecordsKeyIsLeftOut(key: String) {
        #expect(ReportedRecords([key: entry(.synced, node: "n", at: 0)]) == ReportedRecords())
    }

    @Test func whatCannotBeReadIsLeftOut() {
        #expect(ReportedRecords(["home.example.com_A": "{}", "b.example.com_A": "nonsense"]) == ReportedRecords())
    }

    @Test func aLeadersPageShowsWhatUpdatersReport() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            #expect(leader.board.report().records.isEmpty)
            try site.start(.updater, "updater-1")
            await site.waitForEntry { $0.phase == .synced }
            // The leader hears of it by its watch.
            while leader.board.report().nodes?.isEmpty != false { try await Task.sleep(for: .milliseconds(5)) }
            await site.waitForEntry { $0.phase == .synced }
            let report = leader.board.report()
            #expect(report.records.map(\.name) == [Site.record])
            #expect(report.records.first?.node == "updater-1" && report.records.first?.provider == "rfc2136")
            #expect(report.nodes?.map(\.name) == ["updater-1"])
            #expect(site.deniedCalls.isEmpty, "\(site.deniedCalls)")
        }
    }
}

import Foundation
import StatusServer
import Testing

@Suite struct StatusReportTests {
    @Test func survivesJSON() throws {
        let data = try JSONEncoder().encode(StatusReport.full)
        #expect(try JSONDecoder().decode(StatusReport.self, from: data) == .full)
    }

    @Test func leavesOutWhatIsNotKnown() throws {
        let data = try JSONEncoder().encode(FixedReporter().status)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["address"] == nil)
        #expect(json["epoch"] == nil)
        #expect(json["condition"] as? String == "Unknown")
        #expect(json["started"] as? String == "2026-11-22T19:00:00Z")
        #expect(json["leading"] as? Bool == true)
    }

    @Test func namesTheOperatorAsTheFieldDoes() throws {
        let data = try JSONEncoder().encode(StatusReport.full.votes[0])
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Set(json.keys) == ["source", "transport", "operator", "address", "seconds"])
    }

    @Test func remembersTheLastTwentyChangesNewestFirst() {
        var report = FixedReporter().status
        for number in 0..<30 {
            report.addressChanged(to: "203.0.113.\(number)", at: Timestamp(secondsSinceEpoch: Int64(number)))
        }
        #expect(report.history.count == StatusReport.maximumHistory)
        #expect(report.history.first == .init(address: "203.0.113.29", time: Timestamp(secondsSinceEpoch: 29)))
        #expect(report.history.last?.address == "203.0.113.10")
        #expect(report.address == "203.0.113.29")
        #expect(report.addressSince == Timestamp(secondsSinceEpoch: 29))
    }

    @Test func theSameAddressAgainIsNoChange() {
        var report = FixedReporter().status
        report.addressChanged(to: "203.0.113.1", at: Timestamp(secondsSinceEpoch: 1))
        report.addressChanged(to: "203.0.113.1", at: Timestamp(secondsSinceEpoch: 2))
        #expect(report.history.count == 1)
        #expect(report.addressSince == Timestamp(secondsSinceEpoch: 1))
    }
}

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

    /// `docs/status-api.md` has every field that is served.
    @Test func everyFieldIsDocumented() throws {
        var report = StatusReport.full
        report.ipv6 = .init(address: "2001:db8::7", addressSince: report.time, confirmedAt: report.time)
        report.nodes = [.init(name: "node-1", records: 1, updated: report.time)]
        report.records[0].error = "refused"
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/status-api.md")
        let document = try String(contentsOf: file, encoding: .utf8)
        func fields(_ value: Any) -> Set<String> {
            switch value {
            case let object as [String: Any]:
                return object.values.reduce(into: Set(object.keys)) { $0.formUnion(fields($1)) }
            case let list as [Any]: return list.reduce(into: []) { $0.formUnion(fields($1)) }
            default: return []
            }
        }
        let all = fields(try JSONSerialization.jsonObject(with: try JSONEncoder().encode(report)))
        #expect(all.count > 30)
        for field in all { #expect(document.contains("`\(field)`"), "\(field)") }
    }
}

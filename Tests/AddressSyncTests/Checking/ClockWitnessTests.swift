import HTTPTypes
import StatusServer
import Testing

@testable import AddressSync

@Suite struct ClockWitnessTests {
    private func witness(
        _ answers: [(host: String, ahead: Int64)], age: Int64? = nil, scheme: String = "https"
    ) -> ClockWitness {
        let witness = ClockWitness(trustsPlainHTTP: false)
        for (host, ahead) in answers {
            let date = Timestamp(secondsSinceEpoch: wallTime().secondsSinceEpoch - ahead - (age ?? 0))
            var headers: HTTPFields = [.date: date.httpDate]
            if let age { headers[.age] = "\(age)" }
            witness.answered("\(scheme)://\(host)/path", headers, sent: wallTime(), received: wallTime(1))
        }
        return witness
    }

    @Test func oneServerThatIsWrongDoesNotCount() {
        let check = witness([("a.example", 0), ("b.example", -86_400), ("c.example", 0)]).check()
        #expect(check == .ok(.clock, "HTTPS", "the clock here agrees with 3 servers"))
    }

    @Test(arguments: [
        (3, CheckReport.Status.ok, "3 s ahead of a.example"), (30, .warning, "30 s ahead of a.example"),
        (-30, .warning, "30 s behind a.example"), (1000, .failed, "1000 s ahead of a.example"),
    ])
    func differencesAreTold(seconds: Int64, status: CheckReport.Status, text: String) {
        let check = witness([("a.example", seconds)]).check()
        #expect(check.status == status && check.finding == "the clock here is \(text)", "\(check)")
        #expect((check.advice != nil) == (status != .ok))
    }

    @Test func anAnswerOutOfACacheIsAsOldAsItSays() {
        #expect(witness([("a.example", 0)], age: 600).check().status == .ok)
    }

    @Test func plainHTTPAndAnswersWithoutATimeSayNothing() {
        #expect(witness([("a.example", 0)], scheme: "http").check().status == .warning)
        let witness = ClockWitness(trustsPlainHTTP: true)
        witness.answered("http://a.example/", [.date: "yesterday"], sent: wallTime(), received: wallTime())
        #expect(witness.check().status == .warning)
    }

    @Test func theShortestWayTellsBest() {
        let witness = ClockWitness(trustsPlainHTTP: true)
        for (ahead, duration) in [(Int64(20), Int64(40)), (0, 1), (15, 30)] {
            let date = Timestamp(secondsSinceEpoch: wallTime().secondsSinceEpoch - ahead)
            witness.answered(
                "http://a.example/", [.date: date.httpDate], sent: wallTime(), received: wallTime(duration))
        }
        #expect(witness.check().finding == "the clock here agrees with a.example")
    }
}

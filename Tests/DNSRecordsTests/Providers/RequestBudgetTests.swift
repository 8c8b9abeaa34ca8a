import Synchronization
import Testing

@testable import DNSRecords

@Suite struct RequestBudgetTests {
    private final class Uptime: Sendable {
        private let value = Mutex(Duration.zero)
        func advance(_ by: Duration) { value.withLock { $0 += by } }
        var now: Duration { value.withLock { $0 } }
    }

    @Test func requestsBeyondTheLimitWaitForTheWindow() {
        let uptime = Uptime()
        let budget = RequestBudget([RequestLimit(2, per: .seconds(10))]) { uptime.now }
        #expect(budget.take() == nil)
        uptime.advance(.seconds(4))
        #expect(budget.take() == nil)
        // Until there is room for more than a look, so that whoever comes back then gets to write.
        #expect(budget.take() == .seconds(10))
        uptime.advance(.seconds(6))
        #expect(budget.take() == nil)
        #expect(budget.take() == .seconds(10))
    }

    @Test func whoeverWaitsAsToldGetsAWholeChangeDone() {
        let uptime = Uptime()
        let budget = RequestBudget([RequestLimit(5, per: .seconds(1))]) { uptime.now }
        for _ in 0..<5 {
            #expect(budget.take() == nil)
            uptime.advance(.milliseconds(100))
        }
        guard let wait = budget.take() else {
            Issue.record("the limit was not kept")
            return
        }
        uptime.advance(wait)
        #expect((0..<3).allSatisfy { _ in budget.take() == nil })
    }

    @Test func allLimitsHold() {
        let uptime = Uptime()
        let budget = RequestBudget([RequestLimit(2, per: .seconds(1)), RequestLimit(3, per: .seconds(60))]) {
            uptime.now
        }
        #expect(budget.take() == nil && budget.take() == nil)
        #expect(budget.take() == .seconds(1))
        uptime.advance(.seconds(1))
        #expect(budget.take() == nil)
        #expect(budget.take() == .seconds(60))
        uptime.advance(.seconds(60))
        #expect(budget.take() == nil)
    }

    @Test func withoutALimitNothingWaits() {
        let budget = RequestBudget([]) { .zero }
        #expect((0..<1000).allSatisfy { _ in budget.take() == nil })
    }
}

import Testing

@testable import ClusterSimulator

struct FaultPlanTests {
    private let plan = HTTPFaultPlan()

    private func next(_ method: String = "GET", _ path: String = "/a", user: String = "u") -> HTTPFault? {
        plan.next(for: HTTPFaultSubject(method: method, path: path, target: path, user: user))
    }

    @Test func firesOnceUnlessToldOtherwise() {
        let id = plan.inject(.refuse)
        #expect(next() == .refuse)
        #expect(next() == nil)
        #expect(plan.count(of: id) == 1)
        #expect(plan.isEmpty)
    }

    @Test func firesTheGivenNumberOfTimes() {
        plan.inject(.hang, .times(2))
        #expect([next(), next(), next()] == [.hang, .hang, nil])
    }

    @Test func firesUntilCleared() {
        let id = plan.inject(.hang, .untilCleared)
        for _ in 0..<5 { #expect(next() == .hang) }
        plan.clear(id)
        #expect(next() == nil)
        #expect(plan.count(of: id) == 5)
    }

    @Test func letsTheFirstOnesPass() {
        plan.inject(.refuse, method: "PATCH", skipping: 2)
        #expect(
            [next("PATCH"), next("GET"), next("PATCH"), next("PATCH"), next("PATCH")] == [nil, nil, nil, .refuse, nil])
    }

    @Test func matchesAllThatIsGiven() {
        plan.inject(.refuse, .untilCleared, method: "GET", pathPrefix: "/api", user: "leader")
        #expect(next("GET", "/api/v1", user: "leader") == .refuse)
        #expect(next("PUT", "/api/v1", user: "leader") == nil)
        #expect(next("GET", "/apis", user: "updater") == nil)
        #expect(next("GET", "/version", user: "leader") == nil)
    }

    @Test func theFirstThatFitsDecides() {
        plan.inject(.refuse) { $0.path == "/b" }
        plan.inject(.hang)
        #expect([next(), next("GET", "/b"), next()] == [.hang, .refuse, nil])
    }
}

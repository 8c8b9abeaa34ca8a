import CurlHTTP
import TestSupport
import Testing

@testable import OperatorCore

/// The cases of client-go's suite for its health check, and those in which ours says more.
@Suite(.timeLimit(.minutes(1))) struct ElectionHealthTests {
    private let time = VirtualTime()
    private let api = MemoryAPI()
    private let health = ElectionHealth(tolerance: .seconds(20))

    /// Leads, and its health is asked for.
    private func leader() throws -> Contender {
        let leader = try Contender("a", api: api, time: time)
        leader.start()
        time.settle()
        health.attach(to: leader.elector)
        return leader
    }

    @Test func uninitialised() throws {
        #expect(health.failure == nil)
        // Made, but not run yet.
        health.attach(to: try Contender("a", api: api, time: time).elector)
        time.pause(for: .seconds(3600))
        #expect(health.failure == nil)
    }

    @Test func notExpired() throws {
        let leader = try leader()
        time.run(for: .seconds(3600))
        #expect(leader.isLeader)
        #expect(health.failure == nil)
    }

    /// No task of the elector runs any more: its Lease expired 15 s after its last renewal.
    @Test func expiredWithinTolerance() throws {
        let leader = try leader()
        time.pause(for: .seconds(15))
        #expect(!leader.isLeader)
        #expect(health.failure == nil)
        time.pause(for: .seconds(20))
        #expect(health.failure == nil)
    }

    @Test func farExpired() throws {
        _ = try leader()
        time.pause(for: .seconds(35) + .milliseconds(1))
        #expect(health.failure?.contains("failed to renew the leadership on the Lease leader") == true)
    }

    @Test func farExpiredButAnothers() throws {
        let (a, b) = (try Contender("a", api: api, time: time), try Contender("b", api: api, time: time, seed: 2))
        a.start()
        time.settle()
        b.start()
        time.settle()
        health.attach(to: b.elector)
        // The Lease of `a` expires, and `b` cannot have it.
        let refusal = KubernetesError(.status(403, reason: "Forbidden"), message: "no")
        b.link.setFate { $0 == "update" ? .refused(refusal) : Link.Fate() }
        a.link.isCut = true
        time.run(for: .seconds(3600))
        #expect(b.elector.holder == "a")
        #expect(health.failure == nil)
    }

    // MARK: Beyond client-go

    @Test func aStandbyWithoutAServerIsHealthy() throws {
        let a = try Contender("a", api: api, time: time)
        a.link.isCut = true
        health.attach(to: a.elector)
        a.start()
        time.run(for: .seconds(3600))
        #expect(health.failure == nil)
    }

    @Test func aStandbyThatTurnsNoMoreIsNot() throws {
        let a = try Contender("a", api: api, time: time)
        a.link.isCut = true
        health.attach(to: a.elector)
        a.start()
        time.settle()
        time.pause(for: .seconds(40))
        #expect(health.failure == nil)
        time.pause(for: .seconds(1))
        #expect(health.failure?.contains("has made no step for 41") == true)
    }

    @Test func aTermThatEndedIsHealthy() throws {
        let leader = try leader()
        leader.link.isCut = true
        time.run(for: .seconds(60))
        #expect(leader.isLost)
        #expect(health.failure == nil)
    }

    /// The term is over and its work goes on: only ending the process helps.
    @Test func workThatNeverStopsIsNot() throws {
        let a = try Contender("a", api: api, time: time)
        a.start { _ in await a.insist(on: .seconds(3600)) }
        time.settle()
        health.attach(to: a.elector)
        a.link.isCut = true
        time.run(for: .seconds(10))
        #expect(health.failure == nil)
        time.run(for: .seconds(60))
        #expect(a.workIsRunning)
        #expect(health.failure != nil)
    }
}

import TestSupport
import Testing

@testable import OperatorCore

/// A cancelled elector gives the Lease back. It does so from a task that is not cancelled, which runs outside of virtual
/// time; these tests let both run in turn.
@Suite(.timeLimit(.minutes(1))) struct LeaderElectorCancellationTests {
    private let time = VirtualTime()
    private let api = MemoryAPI()

    private func contender(_ name: String) throws -> Contender { try Contender(name, api: api, time: time) }

    private func untilEnded(_ contender: Contender) async {
        while contender.end == nil {
            time.run(for: .milliseconds(1))
            await Task.yield()
        }
    }

    @Test func theLeaseIsGivenBack() async throws {
        let a = try contender("a")
        a.start { _ in
            await a.untilCancelled()
            #expect(!a.isLeader)
        }
        time.settle()
        a.cancel()
        await untilEnded(a)
        #expect(a.end == .released)
        #expect(!a.isLeader)
        #expect(api.lease?.holderIdentity == "")
    }

    @Test func aStandbyLeavesTheLeaseAlone() async throws {
        let (a, b) = (try contender("a"), try contender("b"))
        a.start()
        time.settle()
        b.start()
        time.settle()
        b.cancel()
        await untilEnded(b)
        #expect(b.end == .stopped)
        #expect(a.isLeader)
        #expect(api.lease?.holderIdentity == "a")
    }

    @Test func aSuccessorIsNotBlanked() async throws {
        let a = try contender("a")
        a.start()
        time.settle()
        a.cancel()
        api.put(Lease.held(by: "successor"), namespace: "n")
        await untilEnded(a)
        #expect(a.end == .released)
        #expect(api.lease?.holderIdentity == "successor")
    }

    @Test func duringARead() async throws {
        let a = try contender("a")
        a.link.setFate { _ in Link.Fate(delay: .milliseconds(50)) }
        a.start()
        time.settle()
        a.cancel()
        await untilEnded(a)
        #expect(a.end == .stopped)
        #expect(a.termCount == 0)
        #expect(api.lease == nil)
    }

    /// The renewal was sent before, and lands before the release (a conflict), or after it (its own).
    @Test(arguments: [20, 1000]) func duringARenewal(_ milliseconds: Int) async throws {
        let a = try contender("a")
        a.start()
        time.run(for: .milliseconds(1900))
        a.link.setFate { $0 == "update" ? Link.Fate(delay: .milliseconds(milliseconds)) : Link.Fate() }
        time.run(for: .milliseconds(100))
        a.link.setFate { $0 == "update" ? Link.Fate(delay: .milliseconds(100)) : Link.Fate() }
        a.cancel()
        await untilEnded(a)
        time.run(for: .seconds(5))
        #expect(a.end == .released)
        #expect(api.lease?.holderIdentity == "")
    }

    @Test func aServerThatIsAwayEndsItAllTheSame() async throws {
        let a = try contender("a")
        a.start()
        time.settle()
        a.link.isCut = true
        a.cancel()
        await untilEnded(a)
        #expect(a.end == .released)
        #expect(api.lease?.holderIdentity == "a")
    }

    /// The create was sent before, and lands before, between or after what settles it.
    @Test(arguments: [20, 150, 1000]) func duringACreate(_ milliseconds: Int) async throws {
        let a = try contender("a")
        a.link.setFate { $0 == "create" ? Link.Fate(delay: .milliseconds(milliseconds)) : Link.Fate() }
        a.start()
        time.settle()
        a.link.setFate { ["create", "update"].contains($0) ? Link.Fate(delay: .milliseconds(100)) : Link.Fate() }
        a.cancel()
        await untilEnded(a)
        time.run(for: .seconds(5))
        #expect(a.end == .stopped)
        #expect(a.termCount == 0)
        #expect(api.lease?.holderIdentity == "")
    }

    @Test(arguments: [20, 150, 1000]) func duringATakeover(_ milliseconds: Int) async throws {
        api.put(Lease.held(by: ""), namespace: "n")
        let a = try contender("a")
        a.link.setFate { $0 == "update" ? Link.Fate(delay: .milliseconds(milliseconds)) : Link.Fate() }
        a.start()
        time.settle()
        a.link.setFate { $0 == "update" ? Link.Fate(delay: .milliseconds(100)) : Link.Fate() }
        a.cancel()
        await untilEnded(a)
        time.run(for: .seconds(5))
        #expect(a.end == .stopped)
        #expect(api.lease?.holderIdentity == "")
    }
}

import CurlHTTP
import TestSupport
import Testing

@testable import OperatorCore

/// What happens to a leader when its process, its network or its server fails.
@Suite(.timeLimit(.minutes(1))) struct LeaderElectorFailureTests {
    private let time = VirtualTime()
    private let api = MemoryAPI()

    private func contender(_ name: String, seed: UInt64 = 1) throws -> Contender {
        try Contender(name, api: api, time: time, seed: seed)
    }

    /// The process was stopped, or the machine slept: by the time it goes on, the term is over before any code has run.
    @Test func aPauseBeyondTheTermEndsIt() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(3))
        let term = try #require(a.term)
        time.pause(for: .milliseconds(8999))
        #expect(a.isLeader)
        time.pause(for: .milliseconds(1))
        #expect(!a.isLeader)
        #expect(!term.isValid)
        #expect(term.remaining == .zero)
        #expect(a.end == nil)
        time.settle()
        #expect(a.isLost)
        #expect(!a.workIsRunning)
    }

    /// A fenced write met a conflict, and asks: what the answer shows counts for the elector, too.
    @Test func aForeignHolderThatAConfirmationShowsEndsTheTerm() async throws {
        let a = try contender("a")
        a.start()
        time.run(for: .milliseconds(2500))
        api.muteWatches()
        var lease = try #require(api.lease)
        lease.holderIdentity = "somebody"
        api.put(lease, namespace: "n")
        time.run(for: .milliseconds(500))
        #expect(a.isLeader)
        let confirmation = time.start { try? await a.elector.confirmLease() }
        time.settle()
        #expect(await confirmation.value == false)
        #expect(!a.isLeader)
        #expect(a.isLost)
    }

    @Test func oneRequestThatHangsIsSurvived() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(1))
        a.link.setFate { _ in .lost }
        time.run(for: .seconds(2))
        a.link.setFate { _ in Link.Fate() }
        time.run(for: .seconds(60))
        #expect(a.isLeader)
        #expect(a.termCount == 1)
    }

    @Test func aServerThatHangsEndsTheTermInTime() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(1))
        a.link.setFate { _ in .lost }
        time.run(for: .milliseconds(8999))
        #expect(a.isLeader)
        time.run(for: .milliseconds(1))
        #expect(!a.isLeader)
        #expect(a.isLost)
    }

    @Test func anAnswerThatIsLostIsNoLoss() throws {
        let a = try contender("a")
        a.link.setFate { $0 == "create" ? .answerLost : Link.Fate() }
        a.start()
        time.run(for: .seconds(8))
        #expect(a.isLeader)
        #expect(api.lease?.leaseTransitions == 0)
        a.link.setFate { $0 == "update" ? .answerLost : Link.Fate() }
        time.run(for: .seconds(5))
        a.link.setFate { _ in Link.Fate() }
        time.run(for: .seconds(60))
        #expect(a.termCount == 1)
        #expect(a.isLeader)
    }

    /// It must not be asked as fast as it answers.
    @Test func aServerThatRefusesEveryWriteIsNotFlooded() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(1))
        let before = api.requests.count
        let full = KubernetesError(.status(500, reason: "InternalError"), message: "no space left")
        a.link.setFate { verb in
            Link.Fate(delay: .milliseconds(10), refusal: verb == "update" ? full : nil)
        }
        time.run(for: .seconds(30))
        #expect(a.isLost)
        #expect(api.requests.count - before < 10)
        #expect(a.reports.contains(.requestFailed(full)))
    }

}

import TestSupport
import Testing

@testable import OperatorCore

@Suite struct ElectionStateAcquiringTests {
    /// What a candidate finds at its first look, and what it does about it.
    struct Found: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var lease: Lease?
        /// Empty: it waits.
        var verbs: [String]
        var transitions: Int?
    }

    static let found: [Found] = [
        Found(testDescription: "no object", lease: nil, verbs: ["create"], transitions: 0),
        Found(
            testDescription: "object without a record", lease: Lease(name: "leader").stored(7), verbs: ["update"],
            transitions: 1),
        Found(testDescription: "unled", lease: .held(by: nil), verbs: ["update"], transitions: 4),
        Found(testDescription: "empty holder", lease: .held(by: ""), verbs: ["update"], transitions: 4),
        Found(testDescription: "released", lease: .held(by: "", seconds: 1), verbs: ["update"], transitions: 4),
        Found(testDescription: "led and not yet acknowledged", lease: .held(by: "other"), verbs: []),
        Found(testDescription: "led, for a second only", lease: .held(by: "other", seconds: 1), verbs: []),
        Found(testDescription: "led, without a duration", lease: .held(by: "other", seconds: nil), verbs: []),
        Found(
            testDescription: "our own, whose answer was lost", lease: .held(by: "me"), verbs: ["update"], transitions: 3
        ),
        Found(
            testDescription: "without a count", lease: .held(by: "", transitions: nil), verbs: ["update"],
            transitions: 1),
        Found(
            testDescription: "a count that cannot grow", lease: .held(by: "", transitions: Int(Int32.max)),
            verbs: ["update"], transitions: Int(Int32.max)),
        Found(
            testDescription: "a count beyond what the field holds", lease: .held(by: "", transitions: .max),
            verbs: ["update"], transitions: Int(Int32.max)),
        Found(
            testDescription: "an empty spec", lease: .with(spec: [:]), verbs: ["update"], transitions: 1),
        Found(
            testDescription: "a spec that is null", lease: .with(spec: .null), verbs: ["update"], transitions: 1),
        Found(
            testDescription: "a holder that is null",
            lease: .with(spec: ["holderIdentity": .null, "leaseTransitions": 3]), verbs: ["update"], transitions: 4),
        Found(
            testDescription: "led, with a time that is none",
            lease: .with(spec: ["holderIdentity": "other", "renewTime": "yesterday", "leaseDurationSeconds": 15]),
            verbs: []),
        Found(
            testDescription: "led, with fields of other types",
            lease: .with(spec: ["holderIdentity": "other", "leaseDurationSeconds": "15", "leaseTransitions": "3"]),
            verbs: []),
        Found(
            testDescription: "unled, with times that are none",
            lease: .with(spec: ["holderIdentity": "", "renewTime": 7, "acquireTime": .null]), verbs: ["update"],
            transitions: 1),
        Found(
            testDescription: "a negative count", lease: .held(by: "", transitions: -5), verbs: ["update"],
            transitions: 1),
    ]

    @Test(arguments: found) func theFirstLook(_ found: Found) throws {
        var candidate = try Candidate()
        #expect(candidate.handle(.started).verbs == ["get"])
        let actions = candidate.handle(.leaseRead(found.lease))
        #expect(actions.verbs == found.verbs)
        #expect(actions.epoch == nil)
        guard !found.verbs.isEmpty else {
            #expect(actions.wakeUp != nil)
            return
        }
        let lease = try #require(actions.lease)
        #expect(lease.name == "leader")
        #expect(lease.holderIdentity == "me")
        #expect(lease.leaseDurationSeconds == 15)
        #expect(lease.renewTime == candidate.wallClock)
        #expect(lease.leaseTransitions == found.transitions)
        #expect(lease.resourceVersion == found.lease?.resourceVersion)
        #expect(lease.uid == found.lease?.uid)
        let isRenewal = found.lease?.holderIdentity == "me"
        #expect(lease.acquireTime == (isRenewal ? found.lease?.acquireTime : candidate.wallClock))

        let led = candidate.written(lease, version: 20, after: .milliseconds(300))
        #expect(led.epoch == Epoch(rawValue: 20))
        // The term counts from when the write was sent.
        #expect(led.termEnd == candidate.at(.seconds(10)))
        #expect(led.wakeUp == candidate.at(.seconds(2)))
    }

    @Test func anotherHoldersLeaseIsTakenOnceItHasNotChangedForItsDuration() throws {
        var candidate = try Candidate()
        let lease = Lease.held(by: "other")
        _ = candidate.handle(.started)
        #expect(candidate.handle(.leaseRead(lease)).wakeUp == candidate.at(.seconds(2)))
        #expect(candidate.state.holder == "other")
        for _ in 0..<7 {
            #expect(candidate.handle(.timerFired, after: .seconds(2)).verbs == ["get"])
            #expect(candidate.handle(.leaseRead(lease)).verbs == [])
        }
        // The last look is not at the next poll but at the moment of expiry.
        #expect(candidate.handle(.timerFired, after: .milliseconds(999)).verbs == ["get"])
        let early = candidate.handle(.leaseRead(lease))
        #expect(early.verbs == [])
        #expect(early.wakeUp == candidate.at(.seconds(15)))
        #expect(candidate.handle(.timerFired, after: .milliseconds(1)).verbs == ["get"])
        let taken = candidate.handle(.leaseRead(lease))
        #expect(taken.verbs == ["update"])
        #expect(taken.lease?.leaseTransitions == 4)
    }

    @Test func everyRenewalIsWaitedForAnew() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        for version in 1...20 {
            let renewed = MicroTime(microsecondsSinceEpoch: Int64(version))
            let lease = Lease.held(by: "other", version: version, renewed: renewed)
            #expect(candidate.handle(.leaseRead(lease)).verbs == [])
            #expect(candidate.handle(.timerFired, after: .seconds(14)).verbs == ["get"])
        }
    }

    /// A holder whose wall clock jumps back may write what it has written before; the version tells that it did.
    @Test func aRenewalWithARepeatedTimeIsARenewal() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(.held(by: "other", version: 7)))
        _ = candidate.handle(.timerFired, after: .seconds(14))
        #expect(candidate.handle(.leaseRead(.held(by: "other", version: 9))).verbs == [])
        _ = candidate.handle(.timerFired, after: .seconds(14))
        #expect(candidate.handle(.leaseRead(.held(by: "other", version: 9))).verbs == [])
    }

    /// A list and a GET may show the same version in slightly different forms.
    @Test func theSameVersionInAnotherFormIsNoChange() throws {
        var candidate = try Candidate()
        let lease = Lease.held(by: "other")
        var listed = lease
        listed.json[["metadata", "managedFields"]] = .array([])
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(lease))
        _ = candidate.handle(.leaseWatched(listed), after: .seconds(14))
        _ = candidate.handle(.timerFired, after: .seconds(1))
        #expect(candidate.handle(.leaseRead(lease)).verbs == ["update"])
    }

    @Test(arguments: [(60, 60), (1, 1), (nil, 15), (0, 15), (-1, 15)] as [(Int?, Int)])
    func theRecordsOwnDurationCounts(_ seconds: Int?, _ expected: Int) throws {
        var candidate = try Candidate()
        let lease = Lease.held(by: "other", seconds: seconds)
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(lease))
        _ = candidate.handle(.timerFired, after: .seconds(expected) - .milliseconds(1))
        #expect(candidate.handle(.leaseRead(lease)).verbs == [])
        _ = candidate.handle(.timerFired, after: .milliseconds(1))
        #expect(candidate.handle(.leaseRead(lease)).verbs == ["update"])
    }

    @Test func anAbsurdDurationIsWaitedForWithoutOverflow() throws {
        var candidate = try Candidate()
        let lease = Lease.held(by: "other", seconds: .max)
        _ = candidate.handle(.started)
        #expect(candidate.handle(.leaseRead(lease)).wakeUp == candidate.at(.seconds(2)))
        _ = candidate.handle(.timerFired, after: .seconds(86400))
        #expect(candidate.handle(.leaseRead(lease)).verbs == [])
    }

    /// What the holder's wall clock says, and what ours says, does not matter.
    @Test(arguments: [-3600, -15, 0, 15, 3600]) func wallClocksAreNotCompared(_ seconds: Int) throws {
        var candidate = try Candidate()
        let lease = Lease.held(by: "other", renewed: candidate.wallClock.advanced(by: .seconds(seconds)))
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(lease))
        candidate.wallClock = candidate.wallClock.advanced(by: .seconds(-2 * seconds))
        _ = candidate.handle(.timerFired, after: .seconds(14))
        #expect(candidate.handle(.leaseRead(lease)).verbs == [])
        _ = candidate.handle(.timerFired, after: .seconds(1))
        #expect(candidate.handle(.leaseRead(lease)).verbs == ["update"])
    }

    // MARK: Failures

    @Test func aLostRaceIsLookedAtAgainAtTheNextTick() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        #expect(candidate.handle(.leaseRead(.held(by: ""))).verbs == ["update"])
        let lost = candidate.handle(.requestFailed(Candidate.conflict))
        #expect(lost.verbs == [])
        #expect(lost.wakeUp == candidate.at(.seconds(2)))
        #expect(candidate.handle(.timerFired, after: .seconds(2)).verbs == ["get"])
    }

    @Test func aServerThatAsksForTimeGetsIt() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        var busy = KubernetesError(.status(429, reason: "TooManyRequests"), message: "busy")
        busy.retryAfter = .seconds(8)
        #expect(candidate.handle(.requestFailed(busy)).wakeUp == candidate.at(.seconds(8)))
        // But it cannot keep a candidate out of the election.
        _ = candidate.handle(.timerFired)
        busy.retryAfter = .seconds(86400)
        #expect(candidate.handle(.requestFailed(busy)).wakeUp == candidate.at(.seconds(15)))
    }

    @Test func anAnswerThatTookLongerThanTheTermDoesNotStartIt() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let lease = candidate.handle(.leaseRead(nil)).lease
        let late = candidate.written(lease, version: 20, after: .seconds(10))
        #expect(late.epoch == nil)
        // What it wrote is its own all the same: it looks, renews and then leads.
        #expect(candidate.handle(.timerFired).verbs == ["get"])
        let renewal = candidate.handle(.leaseRead(lease?.stored(20)))
        #expect(renewal.verbs == ["update"])
        #expect(candidate.written(renewal.lease, version: 21).epoch == Epoch(rawValue: 21))
    }

    @Test(arguments: ["", "0x10", "-1", "99999999999999999999"])
    func anAnswerWithoutAUsableVersionDoesNotStartATerm(_ version: String) throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        var lease = try #require(candidate.handle(.leaseRead(nil)).lease)
        lease.resourceVersion = version
        let actions = candidate.handle(.leaseWritten(lease, sent: candidate.now))
        #expect(actions.epoch == nil)
        #expect(actions.wakeUp == candidate.at(.seconds(2)))
    }

    // MARK: The watch

    @Test func aReleaseThatTheWatchShowsIsTakenUpAtOnce() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(.held(by: "other")))
        let released = Lease.held(by: "", version: 8, seconds: 1)
        let actions = candidate.handle(.leaseWatched(released), after: .seconds(1))
        #expect(actions.wakeUp == candidate.at(.milliseconds(1005)))
        #expect(candidate.handle(.timerFired, after: .milliseconds(5)).verbs == ["get"])
        #expect(candidate.handle(.leaseRead(released)).verbs == ["update"])
    }

    @Test func aReleaseWhileARequestIsUnderWayIsNotForgotten() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseWatched(.held(by: "", version: 8, seconds: 1)))
        // The GET was answered before the release.
        let actions = candidate.handle(.leaseRead(.held(by: "other", version: 7)))
        #expect(actions.verbs == [])
        #expect(actions.wakeUp == candidate.at(.milliseconds(5)))
    }

    @Test func theWatchPutsOffTheLastLook() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(.held(by: "other", version: 7)))
        _ = candidate.handle(.leaseWatched(.held(by: "other", version: 8)), after: .seconds(14))
        _ = candidate.handle(.timerFired, after: .seconds(14))
        #expect(candidate.handle(.leaseRead(.held(by: "other", version: 8))).verbs == [])
    }

    @Test func holdersAreReportedWhenTheyChange() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        #expect(candidate.handle(.leaseRead(.held(by: "a", version: 7))).contains(.report(.holderChanged("a"))))
        #expect(!candidate.handle(.leaseWatched(.held(by: "a", version: 8))).contains(.report(.holderChanged("a"))))
        #expect(candidate.handle(.leaseWatched(nil)).contains(.report(.holderChanged(""))))
    }
}

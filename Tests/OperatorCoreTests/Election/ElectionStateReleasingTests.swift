import TestSupport
import Testing

@testable import OperatorCore

@Suite struct ElectionStateReleasingTests {
    @Test func aStandbyStopsAtOnce() throws {
        var idle = try Candidate()
        _ = idle.handle(.started)
        // During a GET.
        #expect(idle.handle(.stopRequested) == [.end(.stopped)])
        var waiting = try Candidate()
        _ = waiting.handle(.started)
        _ = waiting.handle(.leaseRead(.held(by: "other")))
        #expect(waiting.handle(.stopRequested) == [.end(.stopped)])
        #expect(waiting.handle(.timerFired) == [])
    }

    @Test func anAcquisitionUnderWayIsGivenBack() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let lease = candidate.handle(.leaseRead(nil)).lease
        #expect(candidate.handle(.stopRequested) == [])
        let acquired = candidate.written(lease, version: 100)
        #expect(acquired.verbs == ["get"])
        #expect(acquired.epoch == nil)
        let release = candidate.handle(.leaseRead(lease?.stored(100)))
        #expect(release.lease?.holderIdentity == "")
        #expect(candidate.written(release.lease, version: 101).end == .stopped)
    }

    @Test func anAcquisitionThatFailsWhileStoppingIsLookedAfter() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let lease = candidate.handle(.leaseRead(nil)).lease
        _ = candidate.handle(.stopRequested)
        // The answer was lost, the write was not.
        #expect(candidate.handle(.requestFailed(Candidate.timedOut)).verbs == ["get"])
        #expect(candidate.handle(.leaseRead(lease?.stored(100))).lease?.holderIdentity == "")

        var loser = try Candidate()
        _ = loser.handle(.started)
        _ = loser.handle(.leaseRead(nil))
        _ = loser.handle(.stopRequested)
        #expect(loser.handle(.requestFailed(Candidate.conflict)).verbs == ["get"])
        #expect(loser.handle(.leaseRead(.held(by: "other"))).end == .stopped)
    }

    @Test func theWorkEndsBeforeTheLeaseIsGivenBack() throws {
        var candidate = try Candidate.leading()
        #expect(candidate.handle(.stopRequested, after: .seconds(1)) == [.drain])
        #expect(candidate.handle(.stopRequested) == [])
        // Renewals go on for as long as the work takes.
        var lease: Lease?
        for version in 101...120 {
            let renewal = candidate.handle(.timerFired, after: .seconds(version == 101 ? 1 : 2))
            #expect(renewal.verbs == ["update"])
            lease = renewal.lease
            #expect(candidate.written(lease, version: version).termEnd == candidate.now.advanced(by: .seconds(10)))
        }
        let drained = candidate.handle(.drained)
        #expect(drained.verbs == ["get"])
        let release = candidate.handle(.leaseRead(lease?.stored(120)))
        #expect(release.verbs == ["update"])
        #expect(release.lease?.holderIdentity == "")
        #expect(release.lease?.leaseDurationSeconds == 1)
        #expect(release.lease?.leaseTransitions == 0)
        #expect(release.lease?.renewTime == candidate.wallClock)
        #expect(release.lease?.resourceVersion == "120")
        #expect(candidate.written(release.lease, version: 121).end == .released)
    }

    @Test func workThatReturnsResigns() throws {
        var candidate = try Candidate.leading()
        #expect(candidate.handle(.drained, after: .seconds(1)).verbs == ["get"])
        let release = candidate.handle(.leaseRead(.held(by: "me", version: 100)))
        #expect(candidate.written(release.lease, version: 101).end == .released)
    }

    /// Once the work has ended, nobody may be told that this candidate leads: its successor may be leading already.
    @Test func theTermEndsBeforeTheLeaseIsGivenBack() throws {
        var candidate = try Candidate.leading()
        let actions = candidate.handle(.drained, after: .seconds(1))
        #expect(actions.first == .endTerm)
        #expect(!candidate.handle(.leaseRead(.held(by: "me", version: 100))).contains(.endTerm))
    }

    @Test func aRenewalUnderWayIsWaitedFor() throws {
        var candidate = try Candidate.leading()
        let renewal = candidate.handle(.timerFired, after: .seconds(2)).lease
        #expect(candidate.handle(.drained).verbs == [])
        let answered = candidate.written(renewal, version: 101)
        #expect(answered.verbs == ["get"])
        #expect(answered.termEnd == nil)
        let release = candidate.handle(.leaseRead(renewal?.stored(101)))
        #expect(release.lease?.resourceVersion == "101")
    }

    @Test func aReleaseReadsAgainAfterAConflict() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.drained)
        _ = candidate.handle(.leaseRead(.held(by: "me", version: 100)))
        #expect(candidate.handle(.requestFailed(Candidate.conflict)).verbs == ["get"])
        let second = candidate.handle(.leaseRead(.held(by: "me", version: 105)))
        #expect(second.lease?.resourceVersion == "105")
        #expect(candidate.written(second.lease, version: 106).end == .released)
    }

    @Test func aSuccessorIsNotBlanked() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.drained)
        let actions = candidate.handle(.leaseRead(.held(by: "successor", version: 150)))
        #expect(actions.verbs == [])
        #expect(actions.end == .released)

        var conflicting = try Candidate.leading()
        _ = conflicting.handle(.drained)
        _ = conflicting.handle(.leaseRead(.held(by: "me", version: 100)))
        _ = conflicting.handle(.requestFailed(Candidate.conflict))
        #expect(conflicting.handle(.leaseRead(.held(by: "successor", version: 150))).verbs == [])
    }

    @Test func aLeaseThatIsGoneNeedsNoRelease() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.drained)
        #expect(candidate.handle(.leaseRead(nil)).end == .released)
    }

    @Test func aReleaseIsGivenUpAfterAFewFailures() throws {
        var candidate = try Candidate.leading()
        var actions = candidate.handle(.drained)
        var failures = 0
        while actions.end == nil {
            if actions.verbs.isEmpty { actions = candidate.handle(.timerFired, after: .milliseconds(5)) }
            guard actions.verbs == ["get"] else { break }
            actions = candidate.handle(.requestFailed(Candidate.timedOut))
            failures += 1
        }
        #expect(actions.end == .released)
        #expect(failures == 4)
    }

    @Test func workThatDoesNotEndInTimeLosesTheTerm() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.stopRequested, after: .seconds(1))
        _ = candidate.handle(.timerFired, after: .seconds(1))
        #expect(candidate.handle(.timerFired, after: .seconds(8)).isLost)
    }

    @Test func aForeignHolderWhileDrainingEndsTheTerm() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.stopRequested, after: .seconds(1))
        #expect(candidate.handle(.leaseWatched(.held(by: "other", version: 101))).isLost)
    }

    /// The acquiring write may still be on its way when its sender has given up on it: another write takes its place.
    @Test func aCreateThatMayYetLandIsForestalled() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(nil))
        _ = candidate.handle(.stopRequested)
        #expect(candidate.handle(.requestFailed(Candidate.timedOut)).verbs == ["get"])
        let fence = candidate.handle(.leaseRead(nil))
        #expect(fence.verbs == ["create"])
        #expect(fence.lease?.holderIdentity == "")
        #expect(fence.lease?.leaseDurationSeconds == 1)
        #expect(candidate.written(fence.lease, version: 100).end == .stopped)
    }

    @Test func aTakeoverThatMayYetLandIsForestalled() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let free = Lease.held(by: "", version: 40)
        _ = candidate.handle(.leaseRead(free))
        _ = candidate.handle(.stopRequested)
        _ = candidate.handle(.requestFailed(Candidate.timedOut))
        let fence = candidate.handle(.leaseRead(free))
        #expect(fence.verbs == ["update"])
        #expect(fence.lease?.resourceVersion == "40")
        #expect(fence.lease?.holderIdentity == "")
        // It lost: the acquisition has landed, and is given back.
        #expect(candidate.handle(.requestFailed(Candidate.conflict)).verbs == ["get"])
        let release = candidate.handle(.leaseRead(.held(by: "me", version: 41)))
        #expect(release.lease?.resourceVersion == "41")
        #expect(release.lease?.holderIdentity == "")
        #expect(candidate.written(release.lease, version: 42).end == .stopped)
    }

    @Test func aTakeoverThatCannotLandAnyMoreNeedsNothing() throws {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        _ = candidate.handle(.leaseRead(.held(by: "", version: 40)))
        _ = candidate.handle(.stopRequested)
        _ = candidate.handle(.requestFailed(Candidate.timedOut))
        // Somebody else has it, or has deleted it.
        var other = candidate
        #expect(candidate.handle(.leaseRead(.held(by: "other", version: 41))).end == .stopped)
        #expect(other.handle(.leaseRead(nil)).end == .stopped)
    }
}

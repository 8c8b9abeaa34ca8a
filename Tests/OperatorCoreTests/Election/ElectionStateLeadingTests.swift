import TestSupport
import Testing

@testable import OperatorCore

@Suite struct ElectionStateLeadingTests {
    @Test func theFastPathNeedsNoReads() throws {
        var candidate = try Candidate()
        var verbs = candidate.handle(.started).verbs
        var actions = candidate.handle(.leaseRead(nil))
        verbs += actions.verbs
        _ = candidate.written(actions.lease, version: 100)
        for version in 101...102 {
            actions = candidate.handle(.timerFired, after: .seconds(2))
            verbs += actions.verbs
            #expect(actions.lease?.resourceVersion == String(version - 1))
            #expect(actions.lease?.uid == "uid-1")
            let sent = candidate.now
            let answered = candidate.written(actions.lease, version: version)
            #expect(answered.termEnd == sent.advanced(by: .seconds(10)))
            #expect(answered.epoch == nil)
            #expect(answered.wakeUp == sent.advanced(by: .seconds(2)))
        }
        #expect(verbs == ["get", "create", "update", "update"])
    }

    @Test func aConflictFallsBackToReading() throws {
        var candidate = try Candidate()
        var verbs = candidate.handle(.started).verbs
        var actions = candidate.handle(.leaseRead(nil))
        verbs += actions.verbs
        _ = candidate.written(actions.lease, version: 100)
        for version in [101, 103, 104] {
            actions = candidate.handle(.timerFired, after: .seconds(2))
            verbs += actions.verbs
            if version == 103 {
                // Somebody has put a label on it.
                var labelled = try #require(actions.lease)
                labelled.json[["metadata", "labels"]] = ["team": "network"]
                actions = candidate.handle(.requestFailed(Candidate.conflict))
                verbs += actions.verbs
                actions = candidate.handle(.leaseRead(labelled.stored(102)))
                verbs += actions.verbs
                #expect(actions.lease?.resourceVersion == "102")
                #expect(actions.lease?.json[["metadata", "labels", "team"]] == "network")
            }
            _ = candidate.written(actions.lease, version: version)
        }
        #expect(verbs == ["get", "create", "update", "update", "get", "update", "update"])
    }

    /// A server that refuses every write but answers every read must not be asked as fast as it answers.
    @Test func aTickTriesTwiceAndThenWaitsForTheNext() throws {
        var candidate = try Candidate.leading()
        let lease = try #require(candidate.handle(.timerFired, after: .seconds(2)).lease)
        for second in [2, 4, 6, 8] {
            let mine = lease.stored(100)
            if second == 2 { #expect(candidate.handle(.requestFailed(Candidate.conflict)).verbs == ["get"]) }
            #expect(candidate.handle(.leaseRead(mine)).verbs == ["update"])
            let failed = candidate.handle(.requestFailed(Candidate.conflict))
            #expect(failed.verbs == [])
            #expect(failed.wakeUp == candidate.at(.seconds(second + 2)))
            // What is stored is in doubt by now: the next tick reads first.
            let next = candidate.handle(.timerFired, after: .seconds(2))
            #expect(next.verbs == (second == 8 ? [] : ["get"]))
            #expect(next.isLost == (second == 8))
        }
    }

    @Test func aWriteThatWasCarriedOutUnseenIsFound() throws {
        var candidate = try Candidate.leading()
        let lease = try #require(candidate.handle(.timerFired, after: .seconds(2)).lease)
        #expect(candidate.handle(.requestFailed(Candidate.timedOut), after: .seconds(5)).verbs == ["get"])
        let again = candidate.handle(.leaseRead(lease.stored(101)))
        #expect(again.verbs == ["update"])
        #expect(again.lease?.resourceVersion == "101")
        #expect(candidate.written(again.lease, version: 102).termEnd == candidate.at(.seconds(17)))
    }

    @Test func aWriteThatLandsAfterTheReadIsFoundByItsConflict() throws {
        var candidate = try Candidate.leading()
        let lease = try #require(candidate.handle(.timerFired, after: .seconds(2)).lease)
        _ = candidate.handle(.requestFailed(Candidate.timedOut), after: .seconds(1))
        #expect(candidate.handle(.leaseRead(lease.stored(100))).verbs == ["update"])
        // The first one lands now.
        let conflict = candidate.handle(.requestFailed(Candidate.conflict))
        #expect(conflict.end == nil)
        _ = candidate.handle(.timerFired, after: .seconds(2))
        #expect(candidate.handle(.leaseRead(lease.stored(101))).lease?.resourceVersion == "101")
    }

    @Test func aFailedReadIsTriedAgainAtTheNextTick() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.timerFired, after: .seconds(2))
        _ = candidate.handle(.requestFailed(Candidate.timedOut))
        let failed = candidate.handle(.requestFailed(Candidate.timedOut))
        #expect(failed.verbs == [])
        #expect(failed.wakeUp == candidate.at(.seconds(4)))
        #expect(candidate.handle(.timerFired, after: .seconds(2)).verbs == ["get"])
    }

    @Test func twoRenewalsNeverLookAlike() throws {
        var candidate = try Candidate.leading()
        // A wall clock that stands still, or jumps back to where it was.
        let wallClock = candidate.wallClock
        let first = candidate.handle(.timerFired, after: .seconds(2)).lease
        _ = candidate.written(first, version: 101)
        _ = candidate.handle(.timerFired, after: .seconds(1)).lease
        let time = try #require(first?.renewTime)
        candidate.wallClock = time.advanced(by: .seconds(-1))
        _ = candidate.handle(.requestFailed(Candidate.timedOut))
        let second = candidate.handle(.leaseRead(first?.stored(101)), after: .seconds(1)).lease
        #expect(second?.renewTime != first?.renewTime)
        #expect(second?.acquireTime == wallClock)
    }

    @Test(arguments: [-3600, 3600]) func aJumpOfTheWallClockChangesNothing(_ seconds: Int) throws {
        var candidate = try Candidate.leading()
        candidate.wallClock = candidate.wallClock.advanced(by: .seconds(seconds))
        let renewal = candidate.handle(.timerFired, after: .seconds(2))
        #expect(renewal.verbs == ["update"])
        #expect(candidate.written(renewal.lease, version: 101).termEnd == candidate.at(.seconds(12)))
        #expect(renewal.lease?.renewTime == candidate.wallClock)
    }

    // MARK: The end of a term

    @Test func aTermEndsByTheClockWhateverHappensThen() throws {
        let inputs: [Candidate.State.Input] = [
            .timerFired, .leaseRead(.held(by: "me", version: 101)), .requestFailed(Candidate.timedOut),
            .leaseWritten(.held(by: "me", version: 101), sent: VirtualInstant(offset: .seconds(9))),
            .leaseWatched(.held(by: "me", version: 101)), .stopRequested, .drained,
        ]
        for input in inputs {
            var candidate = try Candidate.leading()
            #expect(candidate.handle(input, after: .seconds(10)).isLost, "\(input)")
            #expect(candidate.handle(.timerFired) == [])
        }
    }

    @Test func whileARequestHangsTheAlarmIsTheEndOfTheTerm() throws {
        var candidate = try Candidate.leading()
        let renewal = candidate.handle(.timerFired, after: .seconds(2))
        #expect(renewal.wakeUp == candidate.at(.seconds(10)))
        #expect(candidate.handle(.timerFired, after: .seconds(7)).wakeUp == candidate.at(.seconds(10)))
        #expect(candidate.handle(.timerFired, after: .seconds(1)).isLost)
    }

    @Test(arguments: ["other", ""]) func aForeignHolderEndsTheTermAtOnce(_ holder: String) throws {
        var candidate = try Candidate.leading()
        let seen = candidate.handle(.leaseWatched(.held(by: holder, version: 101)), after: .seconds(1))
        #expect(seen.isLost)
        #expect(seen.reason.contains(holder.isEmpty ? "nobody" : holder))

        var reader = try Candidate.leading()
        _ = reader.handle(.timerFired, after: .seconds(2))
        _ = reader.handle(.requestFailed(Candidate.conflict))
        #expect(reader.handle(.leaseRead(.held(by: holder, version: 101))).isLost)
    }

    @Test func anAnswerThatNamesAnotherHolderEndsTheTerm() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.timerFired, after: .seconds(2))
        #expect(candidate.handle(.leaseWritten(.held(by: "other", version: 101), sent: candidate.now)).isLost)
    }

    @Test func oldNewsFromTheWatchIsIgnored() throws {
        var candidate = try Candidate.leading()
        #expect(candidate.handle(.leaseWatched(.held(by: "other", version: 99))) == [])
        // Gone: but that may be from before it was created.
        #expect(candidate.handle(.leaseWatched(nil)) == [])
        #expect(candidate.handle(.leaseWatched(.held(by: "other", version: 99))) == [])
        #expect(candidate.handle(.timerFired, after: .seconds(2)).verbs == ["update"])
    }

    @Test func aDeletedLeaseEndsTheTerm() throws {
        var candidate = try Candidate.leading()
        _ = candidate.handle(.leaseWatched(nil))
        #expect(candidate.handle(.timerFired, after: .seconds(2)).verbs == ["update"])
        // The server's answer to the UID of an object that is gone.
        #expect(candidate.handle(.requestFailed(Candidate.conflict)).verbs == ["get"])
        let gone = candidate.handle(.leaseRead(nil))
        #expect(gone.isLost)
        #expect(gone.reason.contains("deleted"))
    }

    @Test func whatTheWatchShowsOfOurOwnLeaseIsUsed() throws {
        var candidate = try Candidate.leading()
        var labelled = Lease.held(by: "me", version: 105)
        labelled.json[["metadata", "labels"]] = ["team": "network"]
        #expect(candidate.handle(.leaseWatched(labelled)) == [])
        let renewal = candidate.handle(.timerFired, after: .seconds(2)).lease
        #expect(renewal?.resourceVersion == "105")
        #expect(renewal?.json[["metadata", "labels", "team"]] == "network")
    }

    @Test func fieldsThatWeDoNotKnowSurvive() throws {
        var lease = Lease.held(by: "")
        lease.json[["spec", "strategy"]] = "OldestEmulationVersion"
        lease.json[["spec", "preferredHolder"]] = "other"
        lease.json[["metadata", "labels"]] = ["a": "b"]
        lease.json[["metadata", "annotations"]] = ["c": "d"]
        func check(_ lease: Lease?) {
            #expect(lease?.json[["spec", "strategy"]] == "OldestEmulationVersion")
            #expect(lease?.json[["spec", "preferredHolder"]] == "other")
            #expect(lease?.json[["metadata", "labels"]] == ["a": "b"])
            #expect(lease?.json[["metadata", "annotations"]] == ["c": "d"])
        }
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let acquired = candidate.handle(.leaseRead(lease)).lease
        check(acquired)
        _ = candidate.written(acquired, version: 100)
        let renewed = candidate.handle(.timerFired, after: .seconds(2)).lease
        check(renewed)
        _ = candidate.written(renewed, version: 101)
        _ = candidate.handle(.drained)
        let released = candidate.handle(.leaseRead(renewed?.stored(101))).lease
        check(released)
        #expect(released?.holderIdentity == "")
    }
}

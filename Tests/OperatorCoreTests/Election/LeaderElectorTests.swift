import TestSupport
import Testing

@testable import OperatorCore

@Suite(.timeLimit(.minutes(1))) struct LeaderElectorTests {
    private let time = VirtualTime()
    private let api = MemoryAPI()

    private func contender(_ name: String, seed: UInt64 = 1) throws -> Contender {
        try Contender(name, api: api, time: time, seed: seed)
    }

    /// Two contenders, of which the first leads.
    private func pair() throws -> (Contender, Contender) {
        let (a, b) = (try contender("a"), try contender("b", seed: 2))
        a.start()
        time.settle()
        b.start()
        time.settle()
        return (a, b)
    }

    @Test func itAcquiresAndRenews() throws {
        let metrics = RecordingMetrics()
        let a = try Contender("a", api: api, time: time, metrics: metrics)
        #expect(!a.isLeader)
        a.start()
        time.settle()
        #expect(a.isLeader)
        #expect(a.elector.holder == "a")
        #expect(a.term?.identity == "a")
        #expect(a.term?.epoch.description == api.lease?.resourceVersion)
        #expect(a.term?.remaining == .seconds(10))
        time.run(for: .seconds(4))
        #expect(api.leaseVerbs == ["get", "create", "update", "update"])
        time.run(for: .seconds(3600))
        #expect(a.isLeader)
        #expect(a.termCount == 1)
        #expect(metrics.values("leader_election_master_status{name=leader}") == [0, 1])
        #expect(metrics.values("leader_election_slowpath_total{name=leader}") == [])
    }

    /// What is deleted with its owner, by the cluster, is left to nobody who has gone.
    @Test func theLeaseIsMadeWithItsOwner() throws {
        let owner = OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "address", uid: "uid-7")
        let a = try Contender("a", api: api, time: time, owner: { owner })
        a.start()
        time.run(for: .seconds(10))
        #expect(
            api.lease?.json[["metadata", "ownerReferences"]]
                == [["apiVersion": "v1", "kind": "ConfigMap", "name": "address", "uid": "uid-7"]])
    }

    @Test func aLeaseWithoutAKnownOwnerIsMadeAllTheSame() throws {
        let a = try Contender("a", api: api, time: time, owner: { nil })
        a.start()
        time.settle()
        #expect(a.isLeader)
        #expect(api.lease?.json[["metadata", "ownerReferences"]] == nil)
    }

    @Test func requestsAreBoundedByHalfTheTerm() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(2))
        let timeouts = Set(api.requests.filter { ["get", "create", "update"].contains($0.verb) }.map(\.timeout))
        #expect(timeouts == [.seconds(5)])
    }

    @Test func aConflictCostsOneTickTwoMoreRequests() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(3))
        // Somebody puts a label on it, and the watch does not say so.
        api.muteWatches()
        var labelled = try #require(api.lease)
        labelled.json[["metadata", "labels"]] = ["team": "network"]
        api.put(labelled, namespace: "n")
        time.run(for: .seconds(3))
        #expect(api.leaseVerbs == ["get", "create", "update", "update", "get", "update", "update"])
        #expect(api.lease?.json[["metadata", "labels", "team"]] == "network")
    }

    // MARK: Changing hands

    @Test func aCrashedLeaderIsSucceededOnceItsLeaseHasExpired() throws {
        let (a, b) = try pair()
        time.run(for: .seconds(5))
        a.link.isCut = true
        // Its last renewal was sent at 4 s.
        time.run(for: .milliseconds(8999))
        #expect(a.isLeader)
        time.run(for: .milliseconds(1))
        #expect(!a.isLeader)
        #expect(a.isLost)
        #expect(!a.workIsRunning)
        #expect(b.termCount == 0)
        time.run(for: .milliseconds(4999))
        #expect(!b.isLeader)
        time.run(for: .milliseconds(1))
        #expect(b.isLeader)
        let first = try #require(a.term), second = try #require(b.term)
        #expect(first.epoch < second.epoch)
        #expect(api.lease?.leaseTransitions == 1)
    }

    @Test func aSuccessorDoesNotNeedTheWatch() throws {
        let (a, b) = try pair()
        api.muteWatches()
        time.run(for: .seconds(5))
        a.link.isCut = true
        time.run(for: .seconds(16))
        #expect(b.isLeader)
    }

    @Test func aLeaderThatStopsHandsOverAtOnce() throws {
        let (a, b) = try pair()
        time.run(for: .seconds(5))
        a.elector.stop()
        time.run(for: .milliseconds(30))
        #expect(a.end == .released)
        #expect(!a.isLeader)
        #expect(b.isLeader)
        #expect(api.lease?.leaseTransitions == 1)
        time.run(for: .seconds(60))
        #expect(b.termCount == 1)
        #expect(b.isLeader)
    }

    @Test func renewalsGoOnWhileTheWorkDrains() throws {
        let (a, b) = (try contender("a"), try contender("b", seed: 2))
        a.start { _ in
            await a.untilCancelled()
            await a.insist(on: .seconds(60))
            #expect(a.isLeader)
        }
        time.settle()
        b.start()
        time.run(for: .seconds(5))
        a.elector.stop()
        time.run(for: .seconds(59))
        #expect(a.isLeader)
        #expect(b.termCount == 0)
        time.run(for: .milliseconds(1100))
        #expect(a.end == .released)
        #expect(b.isLeader)
    }

    @Test func workThatReturnsResigns() throws {
        let a = try contender("a")
        a.start { _ in await a.insist(on: .seconds(5)) }
        time.run(for: .seconds(5))
        #expect(a.end == .released)
        #expect(api.lease?.holderIdentity == "")
        #expect(api.lease?.leaseDurationSeconds == 1)
    }

    /// The successor may be at work before the answer to the release arrives.
    @Test func nobodyLeadsWhileTheLeaseIsBeingGivenBack() throws {
        let (a, b) = try pair()
        a.link.setFate { $0 == "update" ? .answerLost : Link.Fate() }
        a.elector.stop()
        time.run(for: .seconds(1))
        #expect(a.end == nil)
        #expect(!a.isLeader)
        #expect(a.term?.isValid == false)
        #expect(b.isLeader)
        time.run(for: .seconds(5))
        #expect(a.end == .released)
        // The second look found a successor, and left it alone.
        #expect(b.isLeader)
        #expect(api.lease?.holderIdentity == "b")
    }

    @Test func aRestartUnderTheSameHostNameWaitsLikeAnyOther() throws {
        let a = try contender("host_1")
        a.start()
        time.run(for: .seconds(1))
        a.link.isCut = true
        let again = try contender("host_2")
        again.start()
        time.run(for: .milliseconds(14900))
        #expect(again.termCount == 0)
        time.run(for: .seconds(2))
        #expect(again.isLeader)
    }

    @Test func aForeignHolderStopsTheWorkAtOnce() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(1))
        var taken = try #require(api.lease)
        taken.holderIdentity = "other"
        api.put(taken, namespace: "n")
        time.settle()
        #expect(a.isLost)
        #expect(!a.workIsRunning)
        #expect(!a.isLeader)
        #expect(api.lease?.holderIdentity == "other")
        #expect(a.reports.contains(.holderChanged("other")))
    }

    @Test func aDeletedLeaseEndsTheTermAtTheNextRenewal() throws {
        let a = try contender("a")
        a.start()
        time.run(for: .seconds(1))
        api.remove(Lease.self, "leader", namespace: "n")
        time.run(for: .seconds(1))
        #expect(a.isLost)
        #expect(api.lease == nil)
    }

    // MARK: Stopping

    @Test func aStandbyStopsWithoutATrace() throws {
        let (a, b) = try pair()
        time.run(for: .seconds(1))
        let writes = api.leaseVerbs.filter { $0 == "update" }.count
        b.elector.stop()
        time.settle()
        #expect(b.end == .stopped)
        #expect(api.leaseVerbs.filter { $0 == "update" }.count == writes)
        #expect(a.isLeader)
    }

    @Test func stoppingDuringTheAcquisitionGivesTheLeaseBack() throws {
        let a = try contender("a")
        a.link.setFate { $0 == "create" ? Link.Fate(delay: .seconds(1)) : Link.Fate() }
        a.start()
        time.settle()
        a.elector.stop()
        time.run(for: .seconds(2))
        #expect(a.end == .stopped)
        #expect(a.termCount == 0)
        #expect(api.lease?.holderIdentity == "")
    }

    // MARK: Confirming

    @Test func theLeaseIsConfirmedByReadingIt() async throws {
        let mine = Lease.held(by: "a")
        let elector = LeaderElector(
            settings: try ElectionSettings(leaseName: "leader", namespace: "n", identity: "a"), api: api,
            clock: time.clock)
        #expect(try await elector.confirmLease() == false)
        api.put(mine, namespace: "n")
        #expect(try await elector.confirmLease())
        api.put(Lease.held(by: "b"), namespace: "n")
        #expect(try await elector.confirmLease() == false)
    }

    // MARK: Events

    @Test func leadershipIsToldAsEvents() throws {
        let recorder = EventRecorder(
            api: Link(to: api, in: time), component: "test", instance: "pod-1", clock: time.clock,
            wallClock: { MicroTime(microsecondsSinceEpoch: 1_767_323_045_000_006) }, metrics: RecordingMetrics())
        let a = try Contender("a", api: api, time: time, events: recorder)
        time.start { await recorder.run() }
        a.start()
        time.run(for: .seconds(5))
        a.elector.stop()
        time.run(for: .seconds(1))
        recorder.finish()
        time.settle()
        let events = api.all(Event.self, namespace: "n")
        #expect(events.compactMap(\.message).sorted() == ["a became leader", "a stopped leading"])
        for event in events {
            #expect(event.reason == "LeaderElection")
            #expect(event.severity == .normal)
            #expect(event.json[["involvedObject", "kind"]] == "Lease")
            #expect(event.json[["involvedObject", "name"]] == "leader")
            #expect(event.json[["involvedObject", "uid"]]?.string == api.lease?.uid)
        }
    }

    /// Whoever posts events waits for nobody, and nobody waits for them.
    @Test func eventsThatHangHoldUpNothing() throws {
        let link = Link(to: api, in: time)
        link.isCut = true
        let recorder = EventRecorder(
            api: link, component: "test", clock: time.clock, metrics: RecordingMetrics())
        let (a, b) = (try Contender("a", api: api, time: time, events: recorder), try contender("b", seed: 2))
        time.start { await recorder.run() }
        a.start()
        time.settle()
        #expect(a.isLeader)
        b.start()
        time.run(for: .seconds(5))
        a.elector.stop()
        time.run(for: .milliseconds(30))
        #expect(a.end == .released)
        #expect(b.isLeader)
    }
}

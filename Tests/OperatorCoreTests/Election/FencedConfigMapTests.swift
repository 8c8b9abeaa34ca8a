import CurlHTTP
import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

@Suite(.timeLimit(.minutes(1))) struct FencedConfigMapTests {
    /// The end of a term and the holder of a Lease, for the test to change.
    private final class Terms: Sendable {
        private let state = Mutex((remaining: Duration.seconds(10), holdsLease: true, confirmations: 0))

        var remaining: Duration {
            get { state.withLock(\.remaining) }
            set { state.withLock { $0.remaining = newValue } }
        }
        var holdsLease: Bool {
            get { state.withLock(\.holdsLease) }
            set { state.withLock { $0.holdsLease = newValue } }
        }
        var confirmations: Int { state.withLock(\.confirmations) }

        func confirm() -> Bool {
            state.withLock { state in
                state.confirmations += 1
                return state.holdsLease
            }
        }
    }

    private let terms = Terms()
    private let timedOut = KubernetesError(.transport(.timedOut), message: "no answer")

    private func leader(_ epoch: UInt64, _ api: any KubernetesAPI) -> FencedConfigMap {
        let term = LeadershipTerm(epoch: Epoch(rawValue: epoch), identity: "me") { [terms] in terms.remaining }
        return FencedConfigMap(api: api, namespace: "n", name: "m", term: term) { [terms] in terms.confirm() }
    }

    @discardableResult
    private func put(_ data: [String: String], _ api: MemoryAPI) -> ConfigMap {
        var map = api.stored(ConfigMap.self, "m", namespace: "n") ?? ConfigMap(name: "m")
        map.data = data
        return api.put(map, namespace: "n")
    }

    private func stored(_ api: MemoryAPI) -> [String: String]? {
        api.stored(ConfigMap.self, "m", namespace: "n")?.data
    }

    // MARK: Claiming

    @Test func aClaimKeepsWhatAPredecessorLeft() async throws {
        let api = MemoryAPI()
        put(["ipv4": "192.0.2.1", "epoch": "40"], api)
        let data = try await leader(50, api).claim()
        #expect(data == ["ipv4": "192.0.2.1", "epoch": "50"])
        #expect(stored(api) == data)
        #expect(api.verbs == ["get", "patch"])
        #expect(terms.confirmations == 0)
    }

    @Test func aClaimFillsAnEmptyConfigMap() async throws {
        let api = MemoryAPI()
        // The chart makes it without data.
        api.put(ConfigMap(name: "m"), namespace: "n")
        #expect(try await leader(50, api).claim() == ["epoch": "50"])
    }

    @Test func aMissingConfigMapIsCreated() async throws {
        let api = MemoryAPI()
        #expect(try await leader(50, api).claim() == ["epoch": "50"])
        #expect(api.verbs == ["get", "create"])
    }

    @Test func aLaterLeadersClaimIsRespected() async throws {
        let api = MemoryAPI()
        put(["ipv4": "192.0.2.1", "epoch": "51"], api)
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error == .superseded(by: Epoch(rawValue: 51)))
        #expect(error?.endsLeadership == true)
        #expect(api.verbs == ["get"])
    }

    /// As integers, not as text.
    @Test func epochsCompareAsNumbers() async throws {
        let api = MemoryAPI()
        put(["epoch": "9"], api)
        #expect(try await leader(10, api).claim() == ["epoch": "10"])
    }

    @Test(arguments: ["", "-1", "1e9", "99999999999999999999", "०"])
    func whatIsNoEpochIsReplaced(_ text: String) async throws {
        let api = MemoryAPI()
        put(["epoch": text], api)
        #expect(try await leader(10, api).claim() == ["epoch": "10"])
    }

    @Test func aMissingNamespaceIsReportedInTheServersWords() async {
        let missing = KubernetesError(.status(404, reason: "NotFound"), message: "namespaces \"n\" not found")
        let api = MemoryAPI { $0.verb == "create" ? .refuse(missing) : .none }
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error?.description.contains("namespaces \"n\" not found") == true)
        #expect(error?.endsLeadership == false)
        #expect(api.verbs == ["get", "create"])
    }

    // MARK: Writing

    @Test func writesNeedNoReads() async throws {
        let api = MemoryAPI()
        put(["ipv4": "192.0.2.1", "old": "x"], api)
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        let data = try await fenced.write { ["ipv4": "192.0.2.2", "was": $0["ipv4"], "old": String?.none] }
        #expect(data == ["ipv4": "192.0.2.2", "was": "192.0.2.1", "epoch": "50"])
        try await fenced.write { _ in ["heartbeat": "2", "epoch": "1"] }
        #expect(stored(api)?["epoch"] == "50")
        #expect(api.verbs == ["get", "patch", "patch", "patch"])
        // Every write names the version that it changes.
        for request in api.requests where request.verb == "patch" {
            #expect(request.body?[["metadata", "resourceVersion"]]?.string?.isEmpty == false)
        }
    }

    @Test func aConflictIsRetriedOnceTheLeaseIsConfirmed() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        var labelled = try #require(api.stored(ConfigMap.self, "m", namespace: "n"))
        labelled.json[["metadata", "labels"]] = ["team": "network"]
        api.put(labelled, namespace: "n")
        try await fenced.write { _ in ["ipv4": "192.0.2.2"] }
        #expect(stored(api) == ["ipv4": "192.0.2.2", "epoch": "50"])
        #expect(terms.confirmations == 1)
        #expect(api.verbs == ["get", "create", "patch", "get", "patch"])
    }

    @Test func aConflictWithAHigherEpochStops() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        put(["epoch": "60", "ipv4": "192.0.2.9"], api)
        let error = await #expect(throws: FencedWriteError.self) {
            try await fenced.write { _ in ["ipv4": "192.0.2.2"] }
        }
        #expect(error == .superseded(by: Epoch(rawValue: 60)))
        #expect(stored(api)?["ipv4"] == "192.0.2.9")
    }

    @Test func aConflictAfterLosingTheLeaseStops() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        put(["epoch": "50", "ipv4": "192.0.2.9"], api)
        terms.holdsLease = false
        let error = await #expect(throws: FencedWriteError.self) {
            try await fenced.write { _ in ["ipv4": "192.0.2.2"] }
        }
        #expect(error == .termOver)
        #expect(stored(api)?["ipv4"] == "192.0.2.9")
    }

    @Test func aLeaseThatCannotBeConfirmedIsAFailureOnly() async throws {
        let api = MemoryAPI()
        put(["epoch": "40"], api)
        let timedOut = timedOut
        let term = LeadershipTerm(epoch: Epoch(rawValue: 50), identity: "me") { .seconds(10) }
        let fenced = FencedConfigMap(api: api, namespace: "n", name: "m", term: term) {
            () async throws(KubernetesError) in throw timedOut
        }
        _ = try await fenced.claim()
        put(["epoch": "50", "by": "somebody"], api)
        let error = await #expect(throws: FencedWriteError.self) { try await fenced.write { _ in [:] } }
        #expect(error == .failed(timedOut))
    }

    @Test func endlessConflictsEnd() async throws {
        let conflict = KubernetesError(.status(409, reason: "Conflict"), message: "modified")
        let api = MemoryAPI { $0.verb == "patch" ? .refuse(conflict) : .none }
        put([:], api)
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error?.description.contains("5 attempts") == true)
        #expect(error?.endsLeadership == false)
        #expect(api.verbs.filter { $0 == "patch" }.count == 5)
    }

    @Test func aDeletedConfigMapIsCreatedAgain() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        api.remove(ConfigMap.self, "m", namespace: "n")
        let data = try await fenced.write { _ in ["ipv4": "192.0.2.2", "gone": String?.none] }
        #expect(data == ["ipv4": "192.0.2.2", "epoch": "50"])
        #expect(terms.confirmations == 1)
    }

    @Test func aDeletedNamespaceIsReportedInTheServersWords() async throws {
        let missing = KubernetesError(.status(404, reason: "NotFound"), message: "namespaces \"n\" not found")
        let api = MemoryAPI { $0.verb == "create" ? .refuse(missing) : .none }
        put([:], api)
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        api.remove(ConfigMap.self, "m", namespace: "n")
        let error = await #expect(throws: FencedWriteError.self) { try await fenced.write { _ in [:] } }
        #expect(error?.description.contains("namespaces \"n\" not found") == true)
    }

    @Test func aWriteWhoseAnswerWasLostIsFoundByTheNext() async throws {
        let lost = Mutex(false)
        let timedOut = timedOut
        let api = MemoryAPI { request in
            let isLost = lost.withLock { lost in
                defer { lost = false }
                return lost
            }
            return request.verb == "patch" && isLost ? .loseAnswer(timedOut) : .none
        }
        put([:], api)
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        lost.withLock { $0 = true }
        let error = await #expect(throws: FencedWriteError.self) {
            try await fenced.write { _ in ["heartbeat": "1"] }
        }
        #expect(error?.endsLeadership == false)
        let data = try await fenced.write { ["heartbeat": "2", "seen": $0["heartbeat"]] }
        #expect(data == ["heartbeat": "2", "seen": "1", "epoch": "50"])
        #expect(terms.confirmations == 0)
    }

    /// A server, or something in its place, that leaves the version out must not make us overwrite what is there.
    @Test func withoutAVersionNothingIsWritten() async {
        let api = MemoryAPI()
        put(["ipv4": "192.0.2.1"], api)
        api.state.withLock { state in
            for key in state.objects.keys { state.objects[key]?[["metadata", "resourceVersion"]] = nil }
        }
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error?.description.contains("resourceVersion") == true)
        #expect(api.verbs == ["get"])
    }

    // MARK: The term

    @Test func nothingIsSentAfterTheTerm() async {
        let api = MemoryAPI()
        terms.remaining = .zero
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error == .termOver)
        #expect(api.verbs.isEmpty)
    }

    @Test func aTermThatEndsDuringTheReadEndsTheWrite() async {
        let terms = terms
        let api = MemoryAPI { request in
            if request.verb == "get" { terms.remaining = .seconds(-1) }
            return .none
        }
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error == .termOver)
        #expect(api.verbs == ["get"])
    }

    @Test func aTermThatEndsDuringTheWriteStopsTheLeader() async throws {
        let (terms, timedOut) = (terms, timedOut)
        let api = MemoryAPI { request in
            guard request.verb == "create" else { return .none }
            terms.remaining = .zero
            return .refuse(timedOut)
        }
        let error = await #expect(throws: FencedWriteError.self) { try await leader(50, api).claim() }
        #expect(error == .termOver)
    }

    @Test func noRequestMayOutlastTheTerm() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        terms.remaining = .milliseconds(1700)
        try await fenced.write { _ in ["ipv4": "192.0.2.2"] }
        #expect(api.requests.map(\.timeout) == [.seconds(5), .seconds(5), .milliseconds(1700)])
    }

    // MARK: Two leaders

    /// The predecessor has sent its write before the successor claimed; it arrives after.
    @Test func aWriteInFlightFailsAfterTheSuccessorsClaim() async throws {
        let gate = Gate()
        let arrived = Gate()
        let api = MemoryAPI { request in
            if request.body?[["data", "ipv4"]] == "192.0.2.66" {
                arrived.open()
                await gate.wait()
            }
            return .none
        }
        put(["ipv4": "192.0.2.1"], api)
        let (predecessor, successor) = (leader(50, api), leader(60, api))
        _ = try await predecessor.claim()
        let late = Task {
            try await predecessor.write { _ in ["ipv4": "192.0.2.66"] }
        }
        await arrived.wait()
        // The address is what it was, and yet the claim changes the version.
        #expect(try await successor.claim() == ["ipv4": "192.0.2.1", "epoch": "60"])
        gate.open()
        let error = await #expect(throws: FencedWriteError.self) { try await late.value }
        #expect(error == .superseded(by: Epoch(rawValue: 60)))
        #expect(stored(api) == ["ipv4": "192.0.2.1", "epoch": "60"])
    }

    @Test func onlyOneOfTwoCreatesSucceeds() async throws {
        let gate = Gate()
        let arrived = Gate()
        let api = MemoryAPI { request in
            if request.body?[["data", "epoch"]] == "50", request.verb == "create" {
                arrived.open()
                await gate.wait()
            }
            return .none
        }
        let (predecessor, successor) = (leader(50, api), leader(60, api))
        let late = Task { try await predecessor.claim() }
        await arrived.wait()
        _ = try await successor.claim()
        gate.open()
        let error = await #expect(throws: FencedWriteError.self) { try await late.value }
        #expect(error == .superseded(by: Epoch(rawValue: 60)))
        #expect(stored(api) == ["epoch": "60"])
    }

    @Test func concurrentWritesOfOneLeaderAllLand() async throws {
        let api = MemoryAPI()
        let fenced = leader(50, api)
        _ = try await fenced.claim()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask { _ = try? await fenced.write { _ in ["key\(number)": "x"] } }
            }
        }
        #expect(stored(api)?.count == 5)
    }
}

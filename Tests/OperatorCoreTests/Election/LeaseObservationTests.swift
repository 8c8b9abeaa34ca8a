import CurlHTTP
import OperatorCore
import TestSupport
import Testing

@Suite struct LeaseObservationTests {
    private func lease(_ spec: String, version: Int = 1, labels: String = "{}") -> ScriptedTransport.Reply {
        .init(
            200,
            #"{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l","uid":"u","resourceVersion":"\#(version)","labels":\#(labels)},"spec":\#(spec)}"#
        )
    }

    private func spec(_ holder: String, _ second: Int = 1) -> String {
        #"{"holderIdentity":"\#(holder)","leaseDurationSeconds":15,"renewTime":"2026-01-02T03:04:0\#(second).000000Z"}"#
    }

    private func observe(
        patience: Duration? = nil, _ replies: ScriptedTransport.Reply...
    ) async throws -> LeaseObservation {
        let transport = ScriptedTransport { _, number in replies[min(number, replies.count - 1)] }
        let api = try KubernetesClient(server: "https://h", transport: transport, fieldManager: "test")
        let clock = VirtualClock()
        let time = Task { while !Task.isCancelled { await clock.advanceToNextAlarm() } }
        defer { time.cancel() }
        return try await api.observeLease("l", namespace: "n", patience: patience, interval: .seconds(2), clock: clock)
    }

    @Test func aRenewedLeaseIsHeld() async throws {
        let seen = try await observe(lease(spec("a")), lease(spec("a")), lease(spec("a", 3), version: 2))
        #expect(seen.state == .held)
        #expect(seen.lease.resourceVersion == "2")
        #expect(seen.watchedFor == .seconds(4))
    }

    @Test func aLeaseThatIsNotRenewedHasExpiredAfterItsOwnDuration() async throws {
        let seen = try await observe(
            lease(spec("a")), lease(spec("a"), version: 2, labels: #"{"touched":"by somebody"}"#))
        #expect(seen.state == .expired)
        #expect(seen.watchedFor == .seconds(15))
    }

    @Test func aShorterLookDecidesNothing() async throws {
        let seen = try await observe(patience: .seconds(3), lease(spec("a")))
        #expect(seen.state == .undecided)
        #expect(seen.watchedFor == .seconds(3))
        #expect(try await observe(patience: .zero, lease(spec("a"))).state == .undecided)
    }

    @Test(arguments: [#"{}"#, #"{"holderIdentity":"","leaseDurationSeconds":1}"#])
    func aLeaseWithoutHolderIsFreeAtOnce(spec: String) async throws {
        let seen = try await observe(lease(spec))
        #expect(seen.state == .free)
        #expect(seen.watchedFor == .zero)
    }

    @Test func aLeaseThatIsReleasedMeanwhileIsFree() async throws {
        #expect(try await observe(lease(spec("a")), lease(spec(""), version: 2)).state == .free)
    }

    @Test func aHolderWithoutDurationHoldsNothing() async throws {
        #expect(try await observe(lease(#"{"holderIdentity":"a"}"#)).state == .expired)
    }

    @Test func aFailingReadIsTheAnswer() async throws {
        let error = await #expect(throws: KubernetesError.self) {
            try await observe(lease(spec("a")), .init(403, #"{"kind":"Status","reason":"Forbidden","message":"no"}"#))
        }
        #expect(error?.isForbidden == true)
    }
}

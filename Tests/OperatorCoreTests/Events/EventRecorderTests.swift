import CurlHTTP
import Logging
import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
    private let time = VirtualTime()
    private let metrics = RecordingMetrics()
    private let lease = Lease(name: "leader")

    private func recorder(_ api: MemoryAPI, settings: EventSettings = EventSettings()) -> EventRecorder {
        let recorder = EventRecorder(
            api: api, component: "test", instance: "pod-1", settings: settings, clock: time.clock,
            wallClock: { MicroTime(microsecondsSinceEpoch: 1_767_323_045_000_006) }, metrics: metrics)
        time.start { await recorder.run() }
        return recorder
    }

    private func counted(_ outcome: String) -> Int {
        metrics.values("kubernetes_events_total{outcome=\(outcome)}").count
    }

    private let forbidden = KubernetesError(.status(403, reason: "Forbidden"), message: "events is forbidden")

    @Test func anEventIsPostedAndThenCounted() throws {
        let api = MemoryAPI()
        let recorder = recorder(api)
        for _ in 1...3 {
            recorder.record(.warning, reason: "Broken", message: "it broke", about: lease, namespace: "n")
        }
        time.settle()
        let events = api.all(Event.self, namespace: "n")
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.count == 3)
        #expect(event.message == "it broke")
        #expect(event.severity == .warning)
        #expect(event.json["lastTimestamp"] == "2026-01-02T03:04:05Z")
        #expect(event.json[["source", "component"]] == "test")
        #expect(event.json["reportingInstance"] == "pod-1")
        #expect(event.name?.hasPrefix("leader.") == true)
        #expect(api.verbs == ["create", "patch", "patch"])
        #expect(counted("posted") == 3)
    }

    @Test func recordingWaitsForNobodyAndTheQueueIsBounded() {
        let gate = Gate()
        let api = MemoryAPI { _ in
            await gate.wait()
            return .none
        }
        var settings = EventSettings()
        settings.queue = 4
        let recorder = recorder(api, settings: settings)
        recorder.record(reason: "R", message: "0", about: lease, namespace: "n")
        time.settle()
        // One is being posted, four wait.
        for number in 1...10 { recorder.record(reason: "R", message: "\(number)", about: lease, namespace: "n") }
        #expect(counted("dropped") == 6)
        gate.open()
        time.settle()
        #expect(api.all(Event.self, namespace: "n").count == 5)
    }

    @Test func aRefusalIsTakenForAnAnswer() {
        let forbidden = forbidden
        let isForbidden = Mutex(true)
        let api = MemoryAPI { _ in isForbidden.withLock(\.self) ? .refuse(forbidden) : .none }
        let recorder = recorder(api)
        for number in 1...5 { recorder.record(reason: "R", message: "\(number)", about: lease, namespace: "n") }
        time.settle()
        #expect(api.verbs == ["create"])
        #expect(counted("failed") == 1)
        #expect(counted("dropped") == 4)
        // Somebody may have granted it in the meantime.
        isForbidden.withLock { $0 = false }
        time.run(for: .seconds(600))
        recorder.record(reason: "R", message: "6", about: lease, namespace: "n")
        time.settle()
        #expect(api.all(Event.self, namespace: "n").count == 1)
    }

    @Test func withoutTheRightToPatchFirstEventsArePosted() {
        let forbidden = forbidden
        let api = MemoryAPI { $0.verb == "patch" ? .refuse(forbidden) : .none }
        let recorder = recorder(api)
        for message in ["a", "a", "b"] { recorder.record(reason: "R", message: message, about: lease, namespace: "n") }
        time.settle()
        #expect(api.verbs == ["create", "patch", "create"])
    }

    @Test func aServerThatIsAwayIsAskedAgainAndNotForEver() {
        let unavailable = KubernetesError(.status(503, reason: "ServiceUnavailable"), message: "not now")
        let api = MemoryAPI { _ in .refuse(unavailable) }
        let recorder = recorder(api)
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        time.run(for: .seconds(60))
        #expect(api.verbs == ["create", "create", "create"])
        #expect(counted("failed") == 1)
    }

    @Test func anAnswerThatWasLostMakesNoSecondEvent() {
        let timedOut = KubernetesError(.transport(.timedOut), message: "no answer")
        let api = MemoryAPI { $0.number == 1 ? .loseAnswer(timedOut) : .none }
        let recorder = recorder(api)
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        time.run(for: .seconds(60))
        #expect(api.verbs == ["create", "create"])
        #expect(api.all(Event.self, namespace: "n").count == 1)
        #expect(counted("posted") == 1)
    }

    @Test func anEventThatIsGoneIsPostedAnew() throws {
        let api = MemoryAPI()
        let recorder = recorder(api)
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        time.settle()
        let first = try #require(api.all(Event.self, namespace: "n").first?.name)
        api.remove(Event.self, first, namespace: "n")
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        time.settle()
        let second = try #require(api.all(Event.self, namespace: "n").first)
        #expect(second.name != first)
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        time.settle()
        #expect(api.verbs == ["create", "patch", "create", "patch"])
    }

    @Test func aLongMessageIsCut() throws {
        let api = MemoryAPI()
        let recorder = recorder(api)
        recorder.record(reason: "R", message: String(repeating: "é", count: 3000), about: lease, namespace: "n")
        time.settle()
        #expect(api.all(Event.self, namespace: "n").first?.message?.utf8.count == 1024)
    }

    @Test func runEndsOnceEverythingIsPosted() {
        let api = MemoryAPI()
        let ended = Mutex(false)
        let recorder = EventRecorder(api: api, component: "test", clock: time.clock, metrics: metrics)
        recorder.record(reason: "R", message: "a", about: lease, namespace: "n")
        recorder.finish()
        recorder.record(reason: "R", message: "too late", about: lease, namespace: "n")
        time.start {
            await recorder.run()
            ended.withLock { $0 = true }
        }
        time.settle()
        let isOver = ended.withLock { $0 }
        #expect(isOver)
        #expect(api.all(Event.self, namespace: "n").compactMap(\.message) == ["a"])
    }
}

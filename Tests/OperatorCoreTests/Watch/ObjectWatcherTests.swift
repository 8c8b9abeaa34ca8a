import CurlHTTP
import OperatorCore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ObjectWatcherTests {
    typealias Updates = AsyncStream<WatchUpdate<ConfigMap>>.Iterator

    private let clock = VirtualClock()
    private let silence = Duration.seconds(75)...Duration.seconds(90)

    private func watcher(_ api: MemoryAPI, metrics: RecordingMetrics = RecordingMetrics()) -> ObjectWatcher<ConfigMap> {
        var settings = WatchSettings()
        settings.ageReportInterval = .seconds(86400)
        return ObjectWatcher(
            api: api, namespace: "n", name: "m", clock: clock, generator: SeededGenerator(seed: 1), settings: settings,
            metrics: metrics)
    }

    private func running(
        _ watcher: ObjectWatcher<ConfigMap>, _ body: (inout Updates) async throws -> Void
    ) async throws {
        let (updates, continuation) = AsyncStream<WatchUpdate<ConfigMap>>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watcher.run { continuation.yield($0) } }
            var iterator = updates.makeAsyncIterator()
            try await body(&iterator)
            group.cancelAll()
        }
    }

    private func map(_ value: String) -> ConfigMap {
        var map = ConfigMap(name: "m")
        map.data = ["ipv4": value]
        return map
    }

    @Test func itFollowsOneObjectThroughItsLife() async throws {
        let api = MemoryAPI()
        let watcher = watcher(api)
        #expect(watcher.health == WatchHealth())
        try await running(watcher) { updates in
            #expect(await updates.next() == .absent)
            #expect(await updates.next() == .connected)
            api.put(ConfigMap(name: "other"), namespace: "n")
            let first = api.put(map("1"), namespace: "n")
            #expect(await updates.next() == .present(first))
            let second = api.put(map("2"), namespace: "n")
            #expect(await updates.next() == .present(second))
            api.remove(ConfigMap.self, "m", namespace: "n")
            #expect(await updates.next() == .absent)
            let again = api.put(map("1"), namespace: "n")
            #expect(await updates.next() == .present(again))
            #expect(watcher.health.isConnected)
            clock.advance(by: .seconds(7))
            #expect(watcher.lastEventAge == .seconds(7))
        }
        #expect(api.verbs == ["list", "watch"])
        #expect(api.requests.first?.name == "m")
    }

    @Test func aCleanEndIsResumedWithoutAWord() async throws {
        let api = MemoryAPI()
        let metrics = RecordingMetrics()
        let first = api.put(map("1"), namespace: "n")
        let watcher = watcher(api, metrics: metrics)
        try await running(watcher) { updates in
            #expect(await updates.next() == .present(first))
            #expect(await updates.next() == .connected)
            clock.advance(by: .seconds(10))
            api.endWatches()
            let second = api.put(map("2"), namespace: "n")
            #expect(await updates.next() == .present(second))
        }
        #expect(api.verbs == ["list", "watch", "watch"])
        #expect(metrics.values("kubernetes_watch_restarts_total{resource=configmaps,name=m,reason=ended}") == [1])
        #expect(watcher.health.restarts == 1)
    }

    @Test func aDeadConnectionIsNoticedByItsSilence() async throws {
        let api = MemoryAPI()
        try await running(watcher(api)) { updates in
            #expect(await updates.next() == .absent)
            #expect(await updates.next() == .connected)
            await clock.waitForSleeper(of: silence)
            api.muteWatches()
            let first = api.put(map("1"), namespace: "n")
            clock.advance(by: .seconds(90))
            #expect(await updates.next() == .present(first))
        }
        #expect(api.verbs.prefix(3) == ["list", "watch", "list"])
    }

    @Test func bookmarksKeepAQuietWatchAlive() async throws {
        let api = MemoryAPI()
        let watcher = watcher(api)
        try await running(watcher) { updates in
            #expect(await updates.next() == .absent)
            #expect(await updates.next() == .connected)
            for _ in 0..<5 {
                await clock.waitForSleeper(of: silence)
                clock.advance(by: .seconds(60))
                api.sendBookmarks()
            }
            await clock.waitForSleeper(of: silence)
            #expect(watcher.lastEventAge == .zero)
        }
        #expect(api.verbs == ["list", "watch"])
    }

    @Test func whatHappenedBeforeAnExpiredVersionIsFoundByAList() async throws {
        let api = MemoryAPI()
        let first = api.put(map("1"), namespace: "n")
        try await running(watcher(api)) { updates in
            #expect(await updates.next() == .present(first))
            #expect(await updates.next() == .connected)
            clock.advance(by: .seconds(10))
            api.muteWatches()
            api.remove(ConfigMap.self, "m", namespace: "n")
            api.compact()
            await clock.waitForSleeper(of: .seconds(65) ... .seconds(80))
            clock.advance(by: .seconds(80))
            #expect(await updates.next() == .absent)
        }
    }

    @Test func anExpiredVersionIsListedAgain() async throws {
        let gate = Gate()
        let api = MemoryAPI { request in
            if request.verb == "watch", request.number == 2 { await gate.wait() }
            return .none
        }
        let first = api.put(map("1"), namespace: "n")
        try await running(watcher(api)) { updates in
            #expect(await updates.next() == .present(first))
            // Between the list and the watch everything changes.
            api.remove(ConfigMap.self, "m", namespace: "n")
            api.compact()
            gate.open()
            var seen: [WatchUpdate<ConfigMap>] = []
            while seen.last != .absent, let update = await updates.next() { seen.append(update) }
            #expect(seen.last == .absent)
        }
        #expect(api.verbs.prefix(3) == ["list", "watch", "list"])
    }

    @Test func failuresAreToldAndMended() async throws {
        let refused = KubernetesError(.transport(.connectFailed), message: "refused")
        let api = MemoryAPI { request in request.number <= 2 ? .refuse(refused) : .none }
        let watcher = watcher(api)
        try await running(watcher) { updates in
            for _ in 0..<2 {
                guard case .disconnected(let error, let wait) = await updates.next() else {
                    Issue.record("not told")
                    return
                }
                #expect(error.failure == refused.failure)
                #expect(error.request == "list configmaps n/m")
                #expect(!watcher.health.isConnected)
                #expect(watcher.health.lastError == error)
                await clock.waitForSleeper(of: wait...wait)
                clock.advance(by: wait)
            }
            #expect(await updates.next() == .absent)
            #expect(await updates.next() == .connected)
            #expect(watcher.health.lastError == nil)
        }
    }

    @Test func aRequestThatHangsIsGivenUp() async throws {
        let api = MemoryAPI { request in
            if request.number == 1 { await Gate().wait() }
            return .none
        }
        try await running(watcher(api)) { updates in
            await clock.waitForSleeper(of: .seconds(30) ... .seconds(30))
            clock.advance(by: .seconds(30))
            guard case .disconnected(let error, let wait) = await updates.next() else {
                Issue.record("not told")
                return
            }
            #expect(error.failure == .transport(.timedOut))
            await clock.waitForSleeper(of: wait...wait)
            clock.advance(by: wait)
            #expect(await updates.next() == .absent)
        }
    }

    @Test func aSlowConsumerHearsTheLatestAndNotTheBacklog() async throws {
        let api = MemoryAPI()
        let gate = Gate()
        let heard = Tally()
        let (updates, continuation) = AsyncStream<WatchUpdate<ConfigMap>>.makeStream()
        let watcher = watcher(api)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await watcher.run { update in
                    heard.count.withLock { $0 += 1 }
                    if update == .connected { await gate.wait() }
                    continuation.yield(update)
                }
            }
            var iterator = updates.makeAsyncIterator()
            _ = await iterator.next()
            await clock.waitForSleeper(of: silence)
            for value in 0..<200 { api.put(map("\(value)"), namespace: "n") }
            let last = api.put(map("last"), namespace: "n")
            // Every event has been read once the next watch is asked for.
            api.endWatches()
            while api.verbs.count < 3 { await Task.yield() }
            gate.open()
            while let update = await iterator.next(), update != .present(last) {}
            group.cancelAll()
        }
        let count = heard.count.withLock(\.self)
        #expect(count < 20, "\(count)")
    }

    private final class Tally: Sendable {
        let count = Mutex(0)
    }

    @Test func cancellationEndsIt() async throws {
        let api = MemoryAPI()
        try await running(watcher(api)) { updates in _ = await updates.next() }
        while api.watcherCount > 0 { await Task.yield() }
    }

    @Test func theHandlerMayTouchItsActorsState() async {
        let holder = Holder()
        await holder.watch(watcher(MemoryAPI()))
        #expect(await holder.updates == [.absent, .connected])
    }

    /// An actor whose state the handler changes without further ado.
    private actor Holder {
        var updates: [WatchUpdate<ConfigMap>] = []

        func watch(_ watcher: ObjectWatcher<ConfigMap>) async {
            await watcher.run { update in
                updates.append(update)
                if updates.count == 2 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
    }

    @Test func ageIsReportedWhileNothingHappens() async throws {
        let metrics = RecordingMetrics()
        let watcher = ObjectWatcher<ConfigMap>(
            api: MemoryAPI(), namespace: "n", name: "m", clock: clock, metrics: metrics)
        try await running(watcher) { updates in
            #expect(await updates.next() == .absent)
            #expect(await updates.next() == .connected)
            await clock.waitForSleeper(of: .seconds(15) ... .seconds(15))
            clock.advance(by: .seconds(15))
            await clock.waitForSleeper(of: .seconds(15) ... .seconds(15))
        }
        let key = "kubernetes_watch_last_event_age_seconds{resource=configmaps,name=m}"
        #expect(metrics.values(key).last == 15)
    }
}

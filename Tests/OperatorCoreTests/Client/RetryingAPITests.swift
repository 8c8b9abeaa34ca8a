import CurlHTTP
import OperatorCore
import Synchronization
import TestSupport
import Testing

@Suite struct RetryingAPITests {
    private let time = VirtualTime()
    private let lost = KubernetesError(.transport(.connectionLost), message: "reset")

    private func map(_ value: String = "1") -> ConfigMap {
        var map = ConfigMap(name: "m")
        map.data = ["a": value]
        return map
    }

    @Test func aReadGoesOnUntilItSucceeds() async {
        let api = MemoryAPI { [lost] request in request.number < 4 ? .refuse(lost) : .none }
        api.put(map(), namespace: "n")
        let told = Mutex<[Duration]>([])
        let retrying = api.retrying(clock: time.clock, generator: SeededGenerator(seed: 1)) { error, wait in
            #expect(error.failure == .transport(.connectionLost))
            told.withLock { $0.append(wait) }
        }
        let call = time.start {
            try? await retrying.get(ConfigMap.self, name: "m", namespace: "n", timeout: .seconds(30))
        }
        time.run(for: .seconds(30))
        #expect(await call.value?.data == ["a": "1"])
        #expect(api.verbs == ["get", "get", "get", "get"])
        #expect(told.withLock(\.count) == 3)
    }

    @Test func aWriteWhoseAnswerIsLostIsNotRepeated() async {
        let api = MemoryAPI { [lost] _ in .loseAnswer(lost) }
        let retrying = api.retrying(clock: time.clock)
        let call = time.start { [map = map()] in
            do throws(KubernetesError) {
                _ = try await retrying.create(map, namespace: "n", timeout: .seconds(30))
                return KubernetesError?.none
            } catch {
                return error
            }
        }
        time.run(for: .seconds(60))
        #expect(await call.value?.failure == lost.failure)
        #expect(api.verbs == ["create"])
        #expect(api.stored(ConfigMap.self, "m", namespace: "n") != nil)
    }

    @Test func noWaitOutlastsTheCall() async {
        let forbidden = KubernetesError(.status(403, reason: "Forbidden"), message: "no")
        let api = MemoryAPI { _ in .refuse(forbidden) }
        let retrying = api.retrying(clock: time.clock)
        let call = time.start {
            await Self.failure { () async throws(KubernetesError) in
                try await retrying.get(ConfigMap.self, name: "m", namespace: "n", timeout: .seconds(20))
            }
        }
        // A refusal is waited for 30 s and more, so there is nothing to wait for.
        time.settle()
        #expect(await call.value?.failure == forbidden.failure)
        #expect(api.verbs == ["get"])
    }

    @Test func oneTryDoesNotTakeTheTimeOfAll() async {
        let api = MemoryAPI()
        api.put(map(), namespace: "n")
        let retrying = api.retrying(attemptTimeout: .seconds(3), clock: time.clock)
        let call = time.start {
            for timeout in [Duration.seconds(60), .seconds(2)] {
                _ = try? await retrying.get(ConfigMap.self, name: "m", namespace: "n", timeout: timeout)
            }
        }
        time.settle()
        await call.value
        #expect(api.requests.map(\.timeout) == [.seconds(3), .seconds(2)])
    }

    @Test func cancellationEndsTheWait() async {
        let api = MemoryAPI { [lost] _ in .refuse(lost) }
        let retrying = api.retrying(clock: time.clock, generator: SeededGenerator(seed: 3))
        let call = time.start {
            await Self.failure { () async throws(KubernetesError) in
                try await retrying.get(ConfigMap.self, name: "m", namespace: "n", timeout: .seconds(3600))
            }
        }
        time.settle()
        call.cancel()
        time.settle()
        #expect(await call.value?.isCancelled == true)
    }

    @Test func aVersionForgottenInTheMiddleOfAListBeginsItAgain() async throws {
        let page =
            #"{"kind":"ConfigMapList","metadata":{"resourceVersion":"5","continue":"next"},"items":[{"metadata":{"name":"a"}}]}"#
        let whole =
            #"{"kind":"ConfigMapList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#
        let gone = #"{"kind":"Status","reason":"Expired","message":"too old","code":410}"#
        let transport = ScriptedTransport(.init(200, page), .init(410, gone), .init(200, whole))
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        let list = try await client.resources(ConfigMap.self, namespace: "n").list(
            ListQuery(labelSelector: "a=b", limit: 1))
        #expect(list.items.map(\.name) == ["a", "b"])
        #expect(list.resourceVersion == "9")
        #expect(
            transport.requests.map { $0.url.split(separator: "?").last } == [
                "labelSelector=a%3Db&limit=1", "labelSelector=a%3Db&limit=1&continue=next", "labelSelector=a%3Db",
            ])
        // A server that always says so, or that sends us round in circles, is not followed.
        for replies in [[page, gone, gone], [page, page]] {
            let transport = ScriptedTransport { _, number in
                let text = replies[min(number, replies.count - 1)]
                return .init(text == gone ? 410 : 200, text)
            }
            let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
            await #expect(throws: KubernetesError.self) {
                try await client.listAll(ConfigMap.self, namespace: "n", query: ListQuery(limit: 1))
            }
            #expect(transport.requests.count == replies.count)
        }
    }

    private static func failure<Value>(
        _ call: () async throws(KubernetesError) -> Value
    ) async -> KubernetesError? {
        do throws(KubernetesError) {
            _ = try await call()
            return nil
        } catch {
            return error
        }
    }
}

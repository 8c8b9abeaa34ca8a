import CurlHTTP
import OperatorCore
import TestSupport
import Testing

/// What a client makes of the body of a watch.
@Suite struct WatchStreamTests {
    private let options = WatchOptions(
        fieldSelector: "metadata.name=m", resourceVersion: "1", timeoutSeconds: 300, idleTimeout: .seconds(80))

    private func watch(_ reply: ScriptedTransport.Reply) async throws -> WatchStream<ConfigMap> {
        try await KubernetesClient(
            server: "https://api.test", transport: ScriptedTransport(reply), fieldManager: "esddns"
        ).watch(ConfigMap.self, namespace: "n", options: options)
    }

    private func events(_ chunks: [[UInt8]], error: HTTPClientError? = nil) async throws -> (
        [WatchEvent<ConfigMap>], KubernetesError?
    ) {
        var events: [WatchEvent<ConfigMap>] = []
        do {
            for try await event in try await watch(.init(200, chunks: chunks, error: error)) { events.append(event) }
        } catch let error as KubernetesError {
            return (events, error)
        }
        return (events, nil)
    }

    private func line(_ type: String, _ text: String = "x", version: Int = 2) -> String {
        #"{"type":"\#(type)","object":{"kind":"ConfigMap","metadata":{"name":"m","resourceVersion":"\#(version)"},"data":{"a":"\#(text)"}}}"#
            + "\n"
    }

    @Test func aRecordedStreamReadsTheSameHoweverItIsCut() async throws {
        let recording = try Recording.titled(
            "watch from the list; meanwhile: patch, unrelated create, label patch, delete, create")
        let bytes = Array((recording.body + line("MODIFIED", "é😀")).utf8)
        let whole = try await events([bytes])
        #expect(whole.0.count == 7)
        #expect(whole.1 == nil)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...400, using: &generator)
                chunks.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(try await events(chunks).0 == whole.0)
        }
    }

    @Test func unknownTypesAndEmptyLinesAreLeftOut() async throws {
        let body = "\n\r\n" + line("ADDED") + line("SOMETHING_NEW") + " \n" + line("DELETED")
        let (events, error) = try await events([Array(body.utf8)])
        #expect(events.count == 2)
        #expect(error == nil)
    }

    @Test func anEventOfThreeMebibytesEndsTheWatch() async throws {
        let first = Array(line("ADDED").utf8)
        let huge = Array(line("MODIFIED", String(repeating: "x", count: 3 * 1024 * 1024)).utf8)
        let chunks =
            [first] + stride(from: 0, to: huge.count, by: 16384).map { Array(huge[$0..<min($0 + 16384, huge.count)]) }
        let (events, error) = try await events(chunks)
        #expect(events.count == 1)
        #expect(error?.failure == .unexpectedAnswer)
        #expect(error?.message == "a watch event of more than 2097152 bytes")
        #expect(error?.request == "watch configmaps n/m")
    }

    @Test func anEventOfOneAndAHalfMebibytesDoesNot() async throws {
        let large = Array(line("MODIFIED", String(repeating: "x", count: 3 * 512 * 1024)).utf8)
        #expect(try await events([large]).0.count == 1)
    }

    @Test(arguments: [
        "{\"type\":\n", "not json\n", "[]\n", "{\"type\":\"ADDED\"}\n", "{\"type\":7,\"object\":{}}\n",
        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{}}}\n",
        "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Secret\",\"metadata\":{}}}\n", "<html>\n",
    ])
    func aLineThatIsNoEventIsANamedError(text: String) async throws {
        let (events, error) = try await events([Array((line("ADDED") + text).utf8)])
        #expect(events.count == 1)
        #expect(error?.failure == .unexpectedAnswer)
        #expect(error?.message.isEmpty == false)
    }

    @Test func theLastLineMayLackItsNewlineButNotItsEnd() async throws {
        let whole = try await events([Array(line("ADDED").dropLast().utf8)])
        #expect(whole.0.count == 1 && whole.1 == nil)
        let cut = try await events([Array(line("ADDED").dropLast(5).utf8)])
        #expect(cut.0.isEmpty && cut.1?.failure == .unexpectedAnswer)
    }

    @Test func errorsOfTheServerAreEvents() async throws {
        let recording = try Recording.titled("watch from a compacted resourceVersion")
        let (events, _) = try await events([Array(recording.body.utf8)])
        guard case .error(let error) = events.first else {
            Issue.record("no error event")
            return
        }
        #expect(error.isExpired)
        #expect(error.message == "too old resource version: 5 (275)")
    }

    @Test func errorsOfTheConnectionEndTheStream() async throws {
        let (events, error) = try await events(
            [Array(line("ADDED").utf8), Array("{\"type".utf8)], error: HTTPClientError(.connectionLost, "reset"))
        #expect(events.count == 1)
        #expect(error?.failure == .transport(.connectionLost))
    }

    @Test func aRefusedWatchSaysWhy() async throws {
        let recording = try Recording.titled("watch, malformed resourceVersion")
        let error = await #expect(throws: KubernetesError.self) { try await watch(recording.reply) }
        #expect(error?.status == 500)
        #expect(error?.message.contains("strconv.ParseUint") == true)
        let page = await #expect(throws: KubernetesError.self) {
            try await watch(.init(200, "<html></html>", type: "text/html"))
        }
        #expect(page?.failure == .unexpectedAnswer)
    }
}

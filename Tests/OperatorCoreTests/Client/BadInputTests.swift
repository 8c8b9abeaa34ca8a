import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization
import TestSupport
import Testing

/// What comes from files, proxies and broken servers, at the level of the public client, in virtual time: a named error or
/// a clean recovery, and never a tight loop.
@Suite struct BadInputTests {
    private let time = VirtualTime()

    // MARK: Watches

    struct Answers: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var list: ScriptedTransport.Reply = .init(
            200, #"{"kind":"ConfigMapList","metadata":{"resourceVersion":"1"},"items":[]}"#)
        var watch: ScriptedTransport.Reply
        /// What the error has to say; `nil` where the answers are no error.
        var says: String?
        /// Shorter where the answers take long to read.
        var time: Duration = .seconds(600)
    }

    private static let page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>"
    private static let event =
        #"{"type":"MODIFIED","object":{"kind":"ConfigMap","metadata":{"name":"m","resourceVersion":"2"},"data":{"a":"é"}}}"#

    private static func watch(_ bytes: some Sequence<UInt8>, error: HTTPClientError? = nil) -> ScriptedTransport.Reply {
        .init(200, chunks: [Array(bytes)], error: error)
    }

    static let answers: [Answers] = [
        Answers(
            testDescription: "a sign-in page", list: .init(200, page, type: "text/html"),
            watch: .init(200, page, type: "text/html"), says: "an HTML page, Sign in"),
        Answers(
            testDescription: "a proxy's error page", list: .init(502, page, type: "text/html"),
            watch: .init(502, page, type: "text/html"), says: "502: an HTML page, Sign in"),
        Answers(
            testDescription: "a page instead of a watch", watch: .init(200, page, type: "text/html"),
            says: "text/html instead of JSON"),
        Answers(
            testDescription: "text instead of a watch", watch: .init(200, "ok", type: "text/plain"),
            says: "text/plain instead of JSON"),
        Answers(
            testDescription: "no JSON", list: .init(200, "{\"kind\":"), watch: .init(200, ""),
            says: "not JSON"),
        Answers(
            testDescription: "a list of something else",
            list: .init(200, #"{"kind":"SecretList","metadata":{"resourceVersion":"1"},"items":[]}"#),
            watch: .init(200, ""), says: "SecretList instead of ConfigMapList"),
        Answers(
            testDescription: "a list without a version",
            list: .init(200, #"{"kind":"ConfigMapList","metadata":{},"items":null}"#), watch: .init(200, ""),
            says: "without metadata.resourceVersion"),
        Answers(
            testDescription: "an empty watch that ends at once", watch: .init(200, ""),
            says: "ended at once, without an event"),
        Answers(
            testDescription: "an event of 3 MiB",
            watch: watch(
                #"{"type":"ADDED","object":{"data":""#.utf8.map { $0 } + [UInt8](repeating: 0x78, count: 3 << 20)),
            says: "more than 2097152 bytes", time: .seconds(30)),
        Answers(
            testDescription: "cut in the middle of a character",
            watch: watch(event.utf8.prefix { $0 != 0xA9 }), says: "not JSON"),
        Answers(
            testDescription: "cut in the middle of a character, by a reset",
            watch: watch(event.utf8.prefix { $0 != 0xA9 }, error: HTTPClientError(.connectionLost, "reset by peer")),
            says: "connection_lost: reset by peer"),
        Answers(
            testDescription: "cut in the middle of a line", watch: watch(event.utf8.prefix(40)), says: "not JSON"),
        Answers(
            testDescription: "not UTF-8", watch: watch([0x7B, 0x22, 0xFF, 0x22, 0x7D, 0x0A]), says: "not JSON"),
        Answers(
            testDescription: "an event about nothing", watch: watch(#"{"type":"ADDED","object":null}"#.utf8),
            says: "without type or object"),
    ]

    @Test(arguments: answers)
    func aBrokenServerIsNamedAndNotHurried(answers: Answers) async throws {
        let transport = ScriptedTransport { request, _ in
            request.url.contains("watch=true") ? answers.watch : answers.list
        }
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        let watcher = ObjectWatcher<ConfigMap>(
            api: client, namespace: "n", name: "m", clock: time.clock, generator: SeededGenerator(seed: 1),
            metrics: RecordingMetrics())
        let errors = Mutex<[String]>([])
        let watching = time.start {
            await watcher.run { update in
                if case .disconnected(let error, _) = update { errors.withLock { $0.append(error.description) } }
            }
        }
        time.run(for: answers.time)
        let first = transport.requests.count
        time.run(for: answers.time * 3)
        watching.cancel()
        time.settle()
        await watching.value
        // A list and a watch for each try; 15 s between tries on average once the waits have grown.
        #expect((10...200).contains(first), "\(first)")
        #expect(transport.requests.count - first <= 4 * first)
        let says = try #require(answers.says)
        #expect(errors.withLock(\.first)?.contains(says) == true, "\(errors.withLock(\.first) ?? "no error")")
    }

    @Test func nullItemsAreAnEmptyList() async throws {
        let text = #"{"kind":"ConfigMapList","metadata":{"resourceVersion":"1"},"items":null}"#
        let client = try KubernetesClient(
            server: "https://api.test", transport: ScriptedTransport(.init(200, text)), fieldManager: "esddns")
        #expect(try await client.resources(ConfigMap.self, namespace: "n").list().items.isEmpty)
        let odd = ScriptedTransport(
            .init(200, #"{"kind":"ConfigMapList","metadata":{"resourceVersion":"1"},"items":[null,7]}"#))
        let list = try await KubernetesClient(server: "https://api.test", transport: odd, fieldManager: "esddns")
            .resources(ConfigMap.self, namespace: "n").list()
        #expect(list.items.map(\.name) == [nil, nil])
    }

    @Test func everyByteByItselfIsTheSameStream() async throws {
        let bytes = Array((Self.event + "\n" + Self.event.replacing("\"2\"", with: "\"3\"") + "\r\n").utf8)
        let transport = ScriptedTransport(.init(200, chunks: bytes.map { [$0] }))
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        var versions: [String?] = []
        for try await event in try await client.watch(
            ConfigMap.self, namespace: "n", options: WatchOptions(resourceVersion: "1"))
        {
            if case .modified(let map) = event { versions.append(map.resourceVersion) }
        }
        #expect(versions == ["2", "3"])
    }

    // MARK: Files

    private static let lease = #"{"kind":"Lease","metadata":{"name":"l"}}"#
    private static let authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    private static let directory = "/sa"

    /// A client as in a pod, with a transport that a test sees.
    private func inCluster(
        _ files: FileReader, _ transport: ScriptedTransport
    ) throws -> RetryingAPI {
        try KubernetesClient.inCluster(
            environment: ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"],
            fieldManager: "esddns", serviceAccountDirectory: Self.directory, files: files, clock: time.clock,
            makeTransport: { _ in transport }
        ).retrying(clock: time.clock, generator: SeededGenerator(seed: 1))
    }

    private func getting(_ api: RetryingAPI, timeout: Duration = .seconds(600)) -> Task<KubernetesError?, Never> {
        time.start {
            do throws(KubernetesError) {
                _ = try await api.get(Lease.self, name: "l", namespace: "n", timeout: timeout)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test(
        "A token file that is no token",
        arguments: [nil, [], Array(" \n\t\r\n".utf8), [0xFF, 0xFE, 0x00], Array("a\nb".utf8)] as [[UInt8]?])
    func tokenFile(bytes: [UInt8]?) async throws {
        let token = Mutex(bytes)
        let reads = Mutex(0)
        let files = FileReader { path throws(FileReader.Failure) in
            guard path == "/sa/token" else { return Array(Self.authority.utf8) }
            reads.withLock { $0 += 1 }
            guard let bytes = token.withLock(\.self) else { throw FileReader.Failure(path: path, reason: "gone") }
            return bytes
        }
        let transport = ScriptedTransport(.init(200, Self.lease))
        let api = try inCluster(files, transport)
        let failing = getting(api)
        time.run(for: .seconds(600))
        let error = try #require(await failing.value)
        #expect(error.failure == .configuration)
        #expect(error.description.contains("/sa/token"))
        #expect(error.request == "get leases n/l")
        // Nothing is ever sent without the token that there should be.
        #expect(transport.requests.isEmpty)
        #expect((20...80).contains(reads.withLock(\.self)))
        // As soon as there is one, the call that waits for it goes through.
        let waiting = getting(api)
        time.settle()
        token.withLock { $0 = Array(" good\n".utf8) }
        time.run(for: .seconds(60))
        #expect(await waiting.value == nil)
        #expect(transport.requests.map { $0.headers[.authorization] } == ["Bearer good"])
        // And it stays in use when the file is spoilt again.
        token.withLock { $0 = bytes }
        time.run(for: .seconds(120))
        let later = getting(api)
        time.settle()
        #expect(await later.value == nil)
    }

    @Test(
        "An authority that is none",
        arguments: [nil, "", " \n", "garbage", "-----BEGIN CERTIFICATE-----\nMIIB\n", "<html></html>"] as [String?])
    func authorityFile(text: String?) async throws {
        let files = MemoryFiles(["/sa/token": "t"])
        files["/sa/ca.crt"] = text
        let transport = ScriptedTransport(.init(200, Self.lease))
        let api = try inCluster(files.reader, transport)
        let failing = getting(api)
        time.run(for: .seconds(600))
        let error = try #require(await failing.value)
        #expect(error.failure == .transport(.tlsFailed))
        #expect(error.description.contains("/sa/ca.crt"))
        // Never an unverified connection instead.
        #expect(transport.requests.isEmpty)
        #expect(files.readCount < 200)
        files["/sa/ca.crt"] = Self.authority
        let good = getting(api)
        time.settle()
        #expect(await good.value == nil)
        // Gone or spoilt after the start, the one that was read stays.
        files["/sa/ca.crt"] = text
        time.run(for: .seconds(900))
        let later = getting(api)
        time.settle()
        #expect(await later.value == nil)
        #expect(transport.shutdowns == 0)
    }

    // MARK: Clocks

    /// The wall clock is used for nothing but a date in Retry-After: set back, it makes that a date far away.
    @Test func aClockThatIsSetBackDelaysNothingForLong() async throws {
        let transport = ScriptedTransport { _, number in
            number == 0 ? .init(503, "", retryAfter: .seconds(86400 * 365)) : .init(200, Self.lease)
        }
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        let call = getting(client.retrying(clock: time.clock), timeout: .seconds(3600))
        time.run(for: .seconds(301))
        #expect(transport.requests.count == 2)
        #expect(await call.value == nil)
    }
}

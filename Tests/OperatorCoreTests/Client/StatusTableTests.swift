import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization
import TestSupport
import Testing

/// The table of what to do with a status, row by row, over the public client in virtual time.
@Suite struct StatusTableTests {
    enum Operation: String, CaseIterable, Sendable {
        case get, list, watch
        case create, update, patch, delete

        var isWrite: Bool { [.create, .update, .patch, .delete].contains(self) }
    }

    /// What a call is to do that is given ten minutes.
    enum Behaviour: Sendable {
        /// Tries again, without an end but the call's own.
        case retries
        /// Tries ten times altogether, and waits at least that long in between.
        case tenTries(Duration)
        /// Tries again, 30 to 60 s later each time.
        case retriesSlowly
        /// Leaves it to the caller, who has to read the object first.
        case readFirst
        /// Fails, with the server's message.
        case fails
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var reply: ScriptedTransport.Reply
        var read: Behaviour
        var write: Behaviour
        var testDescription: String { name }

        init(_ status: Int, _ reason: String, retryAfter: Duration? = nil, read: Behaviour, write: Behaviour) {
            name = "\(status)\(retryAfter == nil ? "" : " with Retry-After")"
            let body =
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"said why","reason":"\#(reason)","code":\#(status)}"#
            reply = .init(status, body, retryAfter: retryAfter)
            self.read = read
            self.write = write
        }

        init(_ name: String, _ code: HTTPClientError.Code, write: Behaviour) {
            self.name = name
            reply = .failure(HTTPClientError(code, "said why"))
            read = .retries
            self.write = write
        }

        init(text status: Int, read: Behaviour, write: Behaviour) {
            self.init(status, "", read: read, write: write)
            name += " as text"
            reply = .init(status, "said why\n", type: "text/plain")
        }
    }

    static let rows: [Row] = [
        Row(429, "TooManyRequests", read: .tenTries(.zero), write: .tenTries(.zero)),
        Row(
            429, "TooManyRequests", retryAfter: .seconds(20), read: .tenTries(.seconds(20)),
            write: .tenTries(.seconds(20))),
        Row(500, "InternalError", retryAfter: .seconds(5), read: .tenTries(.seconds(5)), write: .tenTries(.seconds(5))),
        Row(
            503, "ServiceUnavailable", retryAfter: .seconds(5), read: .tenTries(.seconds(5)),
            write: .tenTries(.seconds(5))),
        Row(504, "Timeout", retryAfter: .seconds(1), read: .tenTries(.seconds(1)), write: .tenTries(.seconds(1))),
        Row(500, "InternalError", read: .retries, write: .readFirst),
        Row(502, "", read: .retries, write: .readFirst),
        Row(503, "ServiceUnavailable", read: .retries, write: .readFirst),
        Row(504, "Timeout", read: .retries, write: .readFirst),
        Row(text: 503, read: .retries, write: .readFirst),
        // Nothing can have been carried out where there was no connection.
        Row("refused", .connectFailed, write: .retries),
        Row("no such host", .resolveFailed, write: .retries),
        Row("certificate not trusted", .tlsFailed, write: .retries),
        Row("reset, or EOF", .connectionLost, write: .readFirst),
        Row("time-out", .timedOut, write: .readFirst),
        Row("not HTTP", .invalidResponse, write: .readFirst),
        Row(401, "Unauthorized", read: .retriesSlowly, write: .retriesSlowly),
        Row(403, "Forbidden", read: .retriesSlowly, write: .retriesSlowly),
        Row(404, "NotFound", read: .fails, write: .fails),
        Row(409, "Conflict", read: .fails, write: .readFirst),
        Row(409, "AlreadyExists", read: .fails, write: .readFirst),
        Row(400, "BadRequest", read: .fails, write: .fails),
        Row(415, "UnsupportedMediaType", read: .fails, write: .fails),
        Row(422, "Invalid", read: .fails, write: .fails),
        Row(text: 400, read: .fails, write: .fails),
    ]

    @Test(arguments: rows, Operation.allCases)
    func everyRow(row: Row, operation: Operation) async throws {
        let time = VirtualTime()
        let tries = Mutex<[VirtualInstant]>([])
        let transport = ScriptedTransport { _, _ in
            tries.withLock { $0.append(time.clock.now) }
            return row.reply
        }
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        let api = RetryingAPI(
            client, watchTimeout: .seconds(600), clock: time.clock, generator: SeededGenerator(seed: 1))
        let call = time.start { await Self.failure(of: operation, api) }
        time.run(for: .seconds(600))
        let error = try #require(await call.value)
        let times = tries.withLock(\.self)
        let waits = zip(times.dropFirst(), times).map { $1.duration(to: $0) }

        switch operation.isWrite ? row.write : row.read {
        case .retries:
            // Half of 30 s on average, once the waits have grown.
            #expect((20...80).contains(times.count), "\(times.count)")
            #expect(waits.allSatisfy { $0 <= .seconds(30) })
        case .tenTries(let least):
            #expect(times.count == 10)
            #expect(waits.allSatisfy { $0 >= least && $0 <= max(least, .seconds(30)) })
        case .retriesSlowly:
            #expect((10...20).contains(times.count), "\(times.count)")
            #expect(waits.allSatisfy { (.seconds(30) ... .seconds(60)).contains($0) })
        case .readFirst:
            #expect(times.count == 1)
            #expect(error.mayHaveBeenApplied || error.status == 409)
        case .fails:
            #expect(times.count == 1)
        }
        #expect(error.message == "said why")
        // Verb, resource and object, so that whoever reads it knows which rule is missing.
        let verb = operation.rawValue
        let named = ["\(verb) leases n/l", "\(verb) leases n"]
        #expect(named.contains(error.request))
        if error.status == 403 { #expect(error.description == "\(error.request): 403 Forbidden: said why") }
        if error.status == 404 { #expect(error.isNotFound) }
    }

    private static func failure(of operation: Operation, _ api: some KubernetesAPI) async -> KubernetesError? {
        var lease = Lease(name: "l")
        lease.resourceVersion = "1"
        let timeout = Duration.seconds(600)
        do throws(KubernetesError) {
            switch operation {
            case .get: _ = try await api.get(Lease.self, name: "l", namespace: "n", timeout: timeout)
            case .list: _ = try await api.list(Lease.self, namespace: "n", query: ListQuery(), timeout: timeout)
            case .watch:
                let _: WatchStream<Lease> = try await api.watch(
                    Lease.self, namespace: "n", options: WatchOptions(resourceVersion: "1"))
            case .create: _ = try await api.create(lease, namespace: "n", timeout: timeout)
            case .update: _ = try await api.update(lease, namespace: "n", timeout: timeout)
            case .patch:
                _ = try await api.mergePatch(Lease.self, name: "l", namespace: "n", patch: [:], timeout: timeout)
            case .delete: try await api.delete(Lease.self, name: "l", namespace: "n", timeout: timeout)
            }
            return nil
        } catch {
            return error
        }
    }

    /// 401: the cached credential is dropped, once for each try.
    @Test func aRefusedCredentialIsFetchedAnewOnce() async throws {
        let files = MemoryFiles(["/token": "old"])
        let time = VirtualTime()
        let transport = ScriptedTransport { request, _ in
            .init(request.headers[.authorization] == "Bearer new" ? 200 : 401, #"{"kind":"Lease"}"#)
        }
        let credentials = TokenFile(path: "/token", files: files.reader, clock: time.clock)
        let client = try KubernetesClient(
            server: "https://api.test", transport: transport, credentials: credentials, fieldManager: "esddns")
        let api = client.retrying(clock: time.clock, generator: SeededGenerator(seed: 1))
        let call = time.start { await Self.failure(of: .get, api) }
        time.settle()
        // Nothing new was in the file: the request was not sent again with the same token.
        #expect(transport.requests.count == 1)
        #expect(files.readCount == 2)
        files["/token"] = "new"
        time.run(for: .seconds(60))
        #expect(await call.value == nil)
        #expect(transport.requests.count <= 3)
    }
}

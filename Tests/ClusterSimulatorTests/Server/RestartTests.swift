import CurlHTTP
import Foundation
import Testing

@testable import ClusterSimulator

/// Servers that go away and come back.
@Suite(.timeLimit(.minutes(1)))
struct RestartTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "simulator-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test func comesBackOnTheSamePortWithTheSameObjects() async throws {
        try await withAPIServer { server, client async throws in
            let port = server.port
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            let version = server.resourceVersion
            var watch = try await client.watch("\(maps)?watch=1&resourceVersion=\(version)")
            await server.stop()
            await #expect(throws: (any Error).self) {
                while try await watch.nextLine() != nil {}; throw CancellationError()
            }
            await #expect(throws: HTTPClientError.self) { try await client.send("GET", maps) }
            try await server.start()
            #expect(server.port == port)
            #expect(try await client.send("GET", "\(maps)/c").status == 200)
            // The same process still knows its history.
            var again = try await client.watch("\(maps)?watch=1&resourceVersion=\(version)")
            try server.delete(.configMaps, "c", namespace: "default")
            #expect(try await again.next() == "DELETED c")
        }
    }

    @Test func startingAndStoppingTwiceDoesNothing() async throws {
        let server = try SimulatedAPIServer()
        try await server.start()
        let port = server.port
        try await server.start()
        #expect(server.port == port)
        await server.stop()
        await server.stop()
    }

    @Test func anotherProcessTakesUpTheState() async throws {
        try await withTemporaryDirectory { directory async throws in
            var configuration = SimulatedAPIServer.Configuration()
            configuration.authorityDirectory = directory
            configuration.statePath = directory + "/state.json"
            let user = SimulatedUser.serviceAccount("u", namespace: "default")
            let first = try SimulatedAPIServer(configuration: configuration)
            let token = first.issueToken(for: user)
            first.grant(
                [AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["get"])], to: user.name,
                namespace: "default")
            let before = first.resourceVersion
            let object = try first.put(
                ["metadata": ["name": "c"], "data": ["a": "b"]], as: .configMaps, namespace: "default")

            let second = try SimulatedAPIServer(configuration: configuration)
            #expect(second.resourceVersion == first.resourceVersion)
            #expect(second.authority.certificatePEM == first.authority.certificatePEM)
            #expect(second.object(.configMaps, "c", namespace: "default") == object)
            var request = SimulatedRequest(method: "GET", target: maps + "/c")
            request.headers = [.init("Authorization", "Bearer \(token)")]
            #expect(second.respond(to: request).status == 200)

            try await second.start()
            try await withClient(of: second) { client async throws in
                var watch = try await client.watch("\(maps)?watch=1&resourceVersion=\(before)")
                #expect(try await watch.nextEvent()?[path: "object", "reason"] == "Expired")
                // A client that trusts the first process's authority trusts the second.
                #expect(try await client.send("GET", "/version").status == 200)
            }
            await second.stop()
        }
    }

    @Test func damagedStateIsAnError() async throws {
        try await withTemporaryDirectory { directory async throws in
            var configuration = SimulatedAPIServer.Configuration()
            configuration.statePath = directory + "/state.json"
            try Data("{".utf8).write(to: URL(fileURLWithPath: directory + "/state.json"))
            #expect(throws: OrderedJSON.ParseError.self) { try SimulatedAPIServer(configuration: configuration) }
        }
    }

    @Test func waitsForWhatIsToCome() async throws {
        let server = try SimulatedAPIServer()
        async let found = server.waitForObject(.configMaps, "c", namespace: "default") { $0?["data"]?["a"] == "3" }
        async let call = server.waitForCall { $0.path == "/version" }
        for value in ["1", "2", "3"] {
            try server.put(
                ["metadata": ["name": "c"], "data": ["a": .string(value)]], as: .configMaps, namespace: "default")
        }
        _ = server.respond(to: SimulatedRequest(method: "GET", target: "/version"))
        let (object, version) = await (found, call)
        #expect(object?["data"]?["a"] == "3")
        #expect(version?.status == 200)
    }

    @Test func handsOnEveryCallPastAndToCome() async throws {
        let server = try SimulatedAPIServer()
        let paths = ["/version", "/healthz", "/readyz"]
        _ = server.respond(to: SimulatedRequest(method: "GET", target: paths[0]))
        let (seen, feed) = AsyncStream.makeStream(of: String.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.forEachCall { feed.yield($0.path) } }
            var iterator = seen.makeAsyncIterator()
            #expect(await iterator.next() == paths[0])
            for path in paths.dropFirst() {
                _ = server.respond(to: SimulatedRequest(method: "GET", target: path))
                #expect(await iterator.next() == path)
            }
            group.cancelAll()
        }
    }
}

import CurlHTTP
import TestSupport
import Testing

@testable import ClusterSimulator

@Suite(.timeLimit(.minutes(1)))
struct HTTPFaultTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let body = #"{"metadata": {"name": "c"}}"#

    @Test(arguments: [HTTPFault.refuse, .dropMidHead, .dropMidBody(afterBytes: 10), .commitThenDrop])
    func brokenAnswers(fault: HTTPFault) async throws {
        try await withAPIServer { server, client async throws in
            server.faults.inject(fault, method: "POST")
            let error = await #expect(throws: HTTPClientError.self) { try await client.send("POST", maps, body) }
            #expect(error?.code == .connectionLost, "\(fault): \(error?.description ?? "")")
            let isThere = server.object(.configMaps, "c", namespace: "default") != nil
            #expect(isThere == (fault != .refuse), "\(fault)")
            #expect(try await client.send("GET", "/version").status == 200)
        }
    }

    @Test func answersInsteadOfTheServer() async throws {
        try await withAPIServer { server, client async throws in
            server.faults.inject(.apiStatus(429, reason: "TooManyRequests", retryAfter: 7))
            let limited = try await client.send("POST", maps, body)
            #expect(limited.status == 429)
            #expect(limited.header("Retry-After") == "7")
            #expect(try limited.json[path: "details", "retryAfterSeconds"] == 7)
            server.faults.inject(.htmlPage())
            let page = try await client.send("POST", maps, body)
            #expect(page.status == 200)
            #expect(page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(server.object(.configMaps, "c", namespace: "default") == nil)
            #expect(server.calls.isEmpty, "what a fault answers is no call")
        }
    }

    @Test func delaysOnItsClock() async throws {
        let clock = VirtualClock()
        var configuration = SimulatedAPIServer.Configuration()
        configuration.clock = clock
        try await withAPIServer(configuration) { server, client async throws in
            server.faults.inject(.delay(.seconds(3600)))
            async let pending = client.send("GET", "/version")
            await clock.waitForSleepers()
            clock.advance(by: .seconds(3600))
            let response = try await pending
            #expect(response.status == 200)
        }
    }

    @Test func hangsUntilTheServerStops() async throws {
        try await withAPIServer { server, client async throws in
            let id = server.faults.inject(.hang)
            let pending = Task { try await client.send("GET", "/version") }
            while server.faults.count(of: id) == 0 { await Task.yield() }
            await server.stop()
            await #expect(throws: HTTPClientError.self) { try await pending.value }
        }
    }

    @Test func breaksAWatchInTheMiddleOfALine() async throws {
        try await withAPIServer { server, client async throws in
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            server.faults.inject(.dropMidBody(afterBytes: 40)) { $0.isWatch }
            var watch = try await client.watch("\(maps)?watch=true&resourceVersion=0")
            let error = await #expect(throws: (any Error).self) { while try await watch.nextLine() != nil {} }
            #expect((error as? HTTPClientError)?.code == .connectionLost)
        }
    }

    @Test func closesConnectionsBeforeTLS() async throws {
        try await withAPIServer { server, client async throws in
            server.refusesConnections = true
            await #expect(throws: HTTPClientError.self) { try await client.send("GET", "/version") }
            server.refusesConnections = false
            #expect(try await client.send("GET", "/version").status == 200)
        }
    }
}

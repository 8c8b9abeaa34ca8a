import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization
import TestSupport
import Testing

@testable import WANDetection

@Suite struct HostListDirectoryTests {
    /// Answers by URL; a URL without an answer waits for its gate.
    private final class Web: HTTPTransport {
        let answers: Mutex<[String: Result<HTTPClientResponse, HTTPClientError>]>
        let gate = Gate()
        let requests = Mutex<[HTTPClientRequest]>([])

        init(_ answers: [String: Result<HTTPClientResponse, HTTPClientError>]) { self.answers = Mutex(answers) }

        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
            requests.withLock { $0.append(request) }
            if let answer = answers.withLock({ $0[request.url] }) { return try answer.get() }
            await gate.wait()
            throw HTTPClientError(.timedOut, "no answer in time")
        }

        func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
            throw HTTPClientError(.internalError, "lists are not streamed")
        }
    }

    private static func list(_ text: String) -> Result<HTTPClientResponse, HTTPClientError> {
        .success(HTTPClientResponse(status: .ok, body: Array(text.utf8)))
    }

    private func directory(_ web: Web, _ urls: String..., clock: any Clock<Duration> = ContinuousClock()) throws
        -> HostListDirectory
    {
        HostListDirectory(
            lists: try urls.map { try HTTPURL(parsing: $0) }, loader: HostListLoader(transport: web), clock: clock)
    }

    @Test func mergesTheListsAndNamesThoseThatFail() async throws {
        let web = Web([
            "https://a.example/": Self.list("one.example:1\ntwo.example:2"),
            "https://b.example/": Self.list("two.example:2\nthree.example:3\nnonsense:x"),
            "https://c.example/": Self.list("<html>log in</html>"),
            "https://d.example/?key=secret": .success(HTTPClientResponse(status: .init(code: 302))),
            "https://e.example/": .failure(HTTPClientError(.resolveFailed, "no such host")),
        ])
        let directory = try directory(
            web, "https://a.example/", "https://b.example/", "https://c.example/", "https://d.example/?key=secret",
            "https://e.example/")
        #expect(await directory.refresh() == false)
        #expect(
            Set(directory.sources.map(\.description)) == [
                "one.example:1/udp", "two.example:2/udp", "three.example:3/udp",
            ])
        #expect(directory.sources.count == 3)
        let problems = directory.problems
        #expect(problems.count == 4)
        #expect(problems[0].hasPrefix("the list of STUN servers https://b.example/: 1 not used: line 3: "))
        #expect(problems[1].contains("web page"))
        #expect(problems[2] == "the list of STUN servers https://d.example/ cannot be used: answered HTTP status 302")
        #expect(problems[3].contains("no such host"))
        #expect(web.requests.withLock { $0.allSatisfy { $0.maximumBodyBytes == 1 << 20 } })
    }

    @Test func aListThatHangsDoesNotHoldUpTheOthers() async throws {
        let web = Web(["https://a.example/": Self.list("one.example:1")])
        let directory = try directory(web, "https://hangs.example/", "https://a.example/")
        async let refreshed = directory.refresh()
        while directory.sources.isEmpty { await Task.yield() }
        #expect(directory.sources.map(\.description) == ["one.example:1/udp"])
        web.gate.open()
        #expect(await refreshed == false)
    }

    @Test func aListThatFailsLaterKeepsItsServers() async throws {
        let web = Web(["https://a.example/": Self.list("one.example:1")])
        let directory = try directory(web, "https://a.example/")
        #expect(await directory.refresh())
        web.answers.withLock { $0["https://a.example/"] = Self.list("") }
        #expect(await directory.refresh() == false)
        #expect(directory.sources.count == 1)
        #expect(directory.problems.count == 1)
        web.answers.withLock { $0["https://a.example/"] = Self.list("two.example:2") }
        #expect(await directory.refresh())
        #expect(directory.sources.map(\.description) == ["two.example:2/udp"])
        #expect(directory.problems.isEmpty)
    }

    @Test func isLoadedAgainByTheHourAndSoonerAfterAFailure() async throws {
        let clock = VirtualClock()
        let web = Web(["https://a.example/": .failure(HTTPClientError(.timedOut, "late"))])
        let directory = try directory(web, "https://a.example/", clock: clock)
        let running = Task { await directory.run() }
        await clock.waitForSleepers()
        web.answers.withLock { $0["https://a.example/"] = Self.list("one.example:1") }
        clock.advance(by: .seconds(60))
        await clock.waitForSleepers()
        #expect(directory.sources.count == 1)
        clock.advance(by: .seconds(3599))
        #expect(web.requests.withLock(\.count) == 2)
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers()
        #expect(web.requests.withLock(\.count) == 3)
        running.cancel()
        await running.value
    }

    @Test func roundsTakeTurnsThroughALongList() async throws {
        let text = (0..<200).map { "host\($0).example:3478" }.joined(separator: "\n")
        let directory = try directory(Web(["https://a.example/": Self.list(text)]), "https://a.example/")
        await directory.refresh()
        let taken = (0..<4).map { _ in directory.nextSources() }
        #expect(taken.allSatisfy { $0.count == 64 })
        #expect(Set(taken.joined()).count == 200)
    }

    @Test func aDetectorUsesTheServersOfLists() async throws {
        let seen = globalAddress(7)
        try await LoopbackSTUNServer.run {
            request, _ in
            [LoopbackSTUNServer.answer(request, seen)]
        } _: { first in
            try await LoopbackSTUNServer.run {
                request, _ in
                [LoopbackSTUNServer.answer(request, seen)]
            } _: { second in
                let web = Web(["https://a.example/": Self.list("\(first.address)\n\(second.address)")])
                let directory = HostListDirectory(
                    lists: [try HTTPURL(parsing: "https://a.example/")],
                    loader: HostListLoader(transport: web, allowNonGlobal: true))
                let detector = try Detector(
                    sources: [], directory: directory,
                    settings: QuorumSettings(allowNonGlobal: true, timing: RoundTiming(deadline: .seconds(300))),
                    http: nil)
                #expect(await detector.probe().errorDescription == "no list of STUN servers has been loaded yet")
                #expect(await detector.detect(published: seen).condition == .confirmed(seen))
                #expect(await detector.probe().address == seen)
            }
        }
    }
}

import NetworkPrimitives
import Synchronization
import TestSupport
import Testing

@testable import WANDetection

/// Rounds against scripted sources in virtual time, and one over real sockets.
@Suite struct DetectorTests {
    /// Sleeps on the clock, then answers; a source without a script is silent until it is cancelled.
    private struct ScriptedLookup: AddressLookup {
        var clock: VirtualClock
        var script: [AddressSource: (Duration, Result<IPAddress, SourceError>)]

        func address(
            from source: AddressSource, family: IPAddress.Family
        ) async throws(SourceError) -> IPAddress {
            let (delay, result) = script[source] ?? (.seconds(3600), .failure(SourceError(.timedOut, "late")))
            do {
                try await clock.sleep(for: delay)
            } catch {
                throw SourceError(.cancelled, "cancelled")
            }
            return try result.get()
        }
    }

    private let clock = VirtualClock()
    private let seen = globalAddress(7)

    private func detector(
        _ sources: [AddressSource], _ script: [AddressSource: (Duration, Result<IPAddress, SourceError>)],
        settings: QuorumSettings = QuorumSettings()
    ) throws -> Detector {
        try Detector(
            sources: sources, settings: settings, lookup: ScriptedLookup(clock: clock, script: script), clock: clock)
    }

    @Test func returnsWithTheQuorumAndCancelsTheSilent() async throws {
        let s = try ["x", "y", "z"].map { try stunSource($0) }
        let detector = try detector(
            s, [s[0]: (.milliseconds(10), .success(seen)), s[2]: (.milliseconds(20), .success(seen))])
        async let verdict = detector.detect(published: seen)
        // Three questions and the timer of the second wave.
        await clock.waitForSleepers(4)
        clock.advance(to: .milliseconds(20))
        let found = await verdict
        #expect(found.condition == .confirmed(seen))
        #expect(found.duration == .milliseconds(20))
        #expect(Set(found.votes.map(\.source)) == [s[0], s[2]])
    }

    @Test func asksFurtherServersWhenTheFirstAreSilent() async throws {
        let s = try ["v", "w", "x", "y", "z"].map { try stunSource($0) }
        let detector = try detector(
            s, [s[3]: (.milliseconds(10), .success(seen)), s[4]: (.milliseconds(20), .success(seen))])
        async let verdict = detector.detect(published: seen)
        await clock.waitForSleepers(4)
        clock.advance(to: .milliseconds(250))
        // The three of before, two new questions, and the next timer.
        await clock.waitForSleepers(6)
        clock.advance(to: .milliseconds(270))
        let found = await verdict
        #expect(found.condition == .confirmed(seen))
        #expect(found.duration == .milliseconds(270))
        #expect(found.operatorsAsked == 5)
    }

    @Test func aChangeIsAuthenticated() async throws {
        let s = try ["x", "y"].map { try stunSource($0) }
        let web = try webSource("p")
        let detector = try detector(
            s + [web],
            [
                s[0]: (.milliseconds(10), .success(seen)), s[1]: (.milliseconds(10), .success(seen)),
                web: (.milliseconds(80), .success(seen)),
            ])
        async let verdict = detector.detect(published: globalAddress(1))
        await clock.waitForSleepers(3)
        clock.advance(to: .milliseconds(10))
        // The web source and a timer: the first one, or that which replaced it.
        await clock.waitForSleepers(2)
        clock.advance(to: .milliseconds(90))
        #expect(await verdict.condition == .confirmed(seen))
    }

    @Test func remembersTheRoundBefore() async throws {
        let s = try ["x", "y"].map { try stunSource($0) }
        let detector = try detector(s, Dictionary(uniqueKeysWithValues: s.map { ($0, (.zero, .success(seen))) }))
        let first = await detector.detect(published: globalAddress(1))
        #expect(first.condition == .unconfirmed(.awaitingSecondRound(seen)))
        let second = await detector.detect(published: globalAddress(1))
        #expect(second.condition == .confirmed(seen))
    }

    @Test func aCancelledRoundSaysSo() async throws {
        let detector = try detector(try ["x", "y"].map { try stunSource($0) }, [:])
        let round = Task { await detector.detect(published: seen) }
        await clock.waitForSleepers(3)
        round.cancel()
        #expect(await round.value.condition == .unconfirmed(.cancelled))
    }

    @Test func probesAskTheServersInTurn() async throws {
        let s = try ["x", "y"].map { try stunSource($0) }
        let detector = try detector(
            s + [try webSource("p")],
            [s[0]: (.zero, .success(seen)), s[1]: (.zero, .success(IPAddress.v4(IPv4Address(10, 0, 0, 1))))])
        let probes = [await detector.probe(), await detector.probe(), await detector.probe()]
        #expect(probes.map(\.source) == [s[0], s[1], s[0]])
        #expect(probes[0].result == .success(seen))
        guard case .failure(let error) = probes[1].result else {
            Issue.record("a private address is no answer")
            return
        }
        #expect(error.code == .notPublishable)
    }

    @Test func probesAskWebSourcesWhereThereAreNoOthers() async throws {
        let web = try ["p", "q"].map { try webSource($0) }
        let detector = try detector(web, Dictionary(uniqueKeysWithValues: web.map { ($0, (.zero, .success(seen))) }))
        #expect(await detector.probe().source == web[0])
        #expect(await detector.probe().source == web[1])
    }

    @Test func refusesSettingsThatCannotWork() throws {
        #expect(throws: Detector.InvalidSettings.self) { try detector([], [:]) }
        #expect(throws: Detector.InvalidSettings.self) { try detector([try stunSource("x")], [:]) }
    }

    @Test func findsTheAddressOverTheLoopback() async throws {
        let seen = seen
        try await LoopbackSTUNServer.run {
            request, _ in
            [LoopbackSTUNServer.answer(request, seen)]
        } _: { first in
            try await LoopbackSTUNServer.run {
                request, _ in
                [LoopbackSTUNServer.answer(request, seen)]
            } _: { second in
                let transport = ScriptedTransport(body: seen.description)
                let texts = [first.address.description, second.address.description]
                let detector = try Detector(
                    sources: try texts.map { try AddressSource(parsingSTUN: $0) } + [
                        try AddressSource(parsingHTTP: "demo=trusted+http://127.0.0.1/", allowNonGlobal: true)
                    ],
                    // Real time: however busy the machine is, the round must not run out of it.
                    settings: QuorumSettings(allowNonGlobal: true, timing: RoundTiming(deadline: .seconds(300))),
                    http: transport)
                let verdict = await detector.detect(published: nil)
                #expect(verdict.condition == .confirmed(seen))
                // On a busy machine the web source may make the quorum with one of the two.
                #expect(Set(verdict.votes.map(\.transport)) == [.stunUDP, .http])
                #expect(await detector.probe().address == seen)
            }
        }
    }

    @Test func aWebSourceWithoutAClientIsAClearError() async throws {
        let detector = try Detector(
            sources: [try webSource("p")], settings: QuorumSettings(quorum: 1), http: nil)
        #expect(await detector.probe().errorDescription == "no HTTP client was given to ask https://ip.p.example/")
    }
}

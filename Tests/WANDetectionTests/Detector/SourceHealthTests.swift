import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct SourceHealthTests {
    private let spacing = Duration.seconds(10)

    private func health() -> SourceHealth { SourceHealth(spacing: spacing) }

    @Test func nobodyIsAskedTwiceWithinAnInterval() throws {
        let s = try ["a", "b", "c", "d", "e"].map { try stunSource($0) }
        var health = health()
        for source in s.prefix(3) { health.asked(source, at: .seconds(1)) }
        #expect(health.plan(for: s, quorum: 2, isThorough: false, at: .seconds(2)) == .ask([s[3], s[4]]))
        // Three are wanted where one came to nothing, if there are as many.
        #expect(health.plan(for: s, quorum: 2, isThorough: true, at: .seconds(2)) == .wait(until: .seconds(11)))
        #expect(health.plan(for: s, quorum: 2, isThorough: true, at: .seconds(11)) == .ask(s))
        let all = Array(s.prefix(3))
        #expect(health.plan(for: all, quorum: 2, isThorough: false, at: .seconds(2)) == .wait(until: .seconds(11)))
        // A held answer needs no question.
        #expect(
            health.plan(for: Array(s.suffix(3)), quorum: 2, held: s[2], isThorough: false, at: .seconds(2))
                == .ask([s[2], s[3], s[4]]))
    }

    @Test func twoTransportsOfOneServerAreOneServer() throws {
        let udp = try AddressSource(parsingSTUN: "a=stun.a.example:3478")
        let tcp = try AddressSource(parsingSTUN: "a=stun.a.example:443/tcp")
        let ports = try ["127.0.0.1:1", "127.0.0.1:2"].map { try AddressSource(parsingSTUN: $0) }
        var health = health()
        // A round may go from one to the other; see TransportOrder.
        let all = [udp, tcp] + ports
        #expect(health.plan(for: all, quorum: 2, isThorough: false, at: .zero) == .ask(all))
        health.asked(udp, at: .zero)
        #expect(health.restedAt(tcp) == .seconds(10))
        #expect(health.plan(for: all, quorum: 2, isThorough: false, at: .seconds(1)) == .ask(ports))
        // The answer at hand is this round's question to the server.
        #expect(health.plan(for: all, quorum: 2, held: udp, isThorough: false, at: .seconds(1)) == .ask(all))
        health.asked(ports[0], at: .zero)
        #expect(health.restedAt(ports[1]) == .zero)
    }

    @Test func eachTransportOfAServerStandsForItself() throws {
        let udp = try ["a", "b"].map { try AddressSource(parsingSTUN: "stun.\($0).example") }
        let tcp = try ["a", "b"].map { try AddressSource(parsingSTUN: "stun.\($0).example/tcp") }
        var health = health()
        for source in udp + tcp { health.asked(source, at: .zero) }
        for source in udp { health.failed(source, at: .zero) }
        for source in tcp { health.succeeded(source) }
        #expect(udp.allSatisfy { health.isShunned($0, at: .seconds(11)) })
        #expect(tcp.allSatisfy { !health.isShunned($0, at: .seconds(11)) })
        #expect(health.plan(for: udp + tcp, quorum: 2, isThorough: false, at: .seconds(11)) == .ask(tcp))
        // Probes go by what gets through, until it is UDP's turn again.
        #expect(health.nextProbe(of: udp + tcp, at: .seconds(11))?.source == tcp[0])
        #expect(health.nextProbe(of: udp + tcp, at: .seconds(21))?.source == udp[0])
    }

    @Test func anAuthenticatedSourceIsWaitedFor() throws {
        let s = try ["a", "b", "c"].map { try stunSource($0) }
        let web = try webSource("p")
        var health = health()
        health.asked(web, at: .zero)
        #expect(health.plan(for: s + [web], quorum: 2, isThorough: false, at: .seconds(3)) == .wait(until: spacing))
    }

    @Test func withoutALimitEverybodyIsAsked() throws {
        let s = try ["a", "b"].map { try stunSource($0) }
        var health = SourceHealth(spacing: .zero)
        s.forEach { health.asked($0, at: .zero) }
        #expect(health.plan(for: s, quorum: 2, isThorough: false, at: .zero) == .ask(s))
    }

    @Test func aFailingServerIsAskedLessAndLess() throws {
        let s = try ["a", "b", "c"].map { try stunSource($0) }
        var health = health()
        var turns: [Duration] = []
        for step in 0..<2000 {
            let time = spacing * step
            let next = try #require(health.nextProbe(of: s, at: time))
            #expect(next.at == time)
            health.asked(next.source, at: time)
            if next.source == s[0] {
                turns.append(time)
                health.failed(s[0], at: time)
            } else {
                health.succeeded(next.source)
            }
        }
        let pauses = zip(turns, turns.dropFirst()).map { $1 - $0 }
        #expect(pauses.count < 20)
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 + spacing * 2 })
        #expect((pauses.last ?? .zero) >= .seconds(3600))
        // One answer, and it is one of them again.
        health.succeeded(s[0])
        #expect(!health.isShunned(s[0], at: .seconds(20_000)))
    }

    @Test func whenAllFailNobodyIsToBlame() throws {
        let s = try ["a", "b", "c"].map { try stunSource($0) }
        var health = health()
        for source in s {
            health.asked(source, at: .zero)
            health.failed(source, at: .zero)
        }
        #expect(s.allSatisfy { !health.isShunned($0, at: .zero) })
        // The line works again: now it is known who did not answer, but for the one that does.
        health.succeeded(s[1])
        #expect(s.map { health.isShunned($0, at: .seconds(1)) } == [true, false, true])
    }

    @Test func theShunnedAreAskedWhereTheOthersDoNotSuffice() throws {
        let s = try ["a", "b", "c"].map { try stunSource($0) }
        var health = health()
        for source in s { health.asked(source, at: .zero) }
        health.failed(s[0], at: .zero)
        health.succeeded(s[1])
        let later = Duration.seconds(15)
        #expect(health.plan(for: s, quorum: 2, isThorough: false, at: later) == .ask([s[1], s[2]]))
        #expect(health.plan(for: s, quorum: 2, isThorough: true, at: later) == .ask([s[1], s[2], s[0]]))
        #expect(health.plan(for: s, quorum: 3, isThorough: false, at: later) == .ask([s[1], s[2], s[0]]))
    }

    @Test func theRestOfTheSoundIsWaitedForRatherThanTheShunnedAsked() throws {
        let s = try ["a", "b", "c", "d", "e"].map { try stunSource($0) }
        var health = health()
        for source in s { health.asked(source, at: .zero) }
        for source in s.prefix(3) { health.failed(source, at: .zero) }
        health.succeeded(s[3])
        health.succeeded(s[4])
        for source in s.suffix(2) { health.asked(source, at: .seconds(12)) }
        #expect(health.plan(for: s, quorum: 2, isThorough: false, at: .seconds(13)) == .wait(until: .seconds(22)))
        // A round that came to nothing is repeated with those in bad standing as well.
        #expect(health.plan(for: s, quorum: 3, isThorough: false, at: .seconds(13)) == .wait(until: .seconds(22)))
        #expect(health.plan(for: s, quorum: 2, isThorough: true, at: .seconds(13)) == .ask(Array(s.prefix(3))))
    }

    @Test func whatIsNoServerIsNotSpared() throws {
        let local = AddressSource.local(.interface(nil))
        var health = health()
        health.asked(local, at: .zero)
        health.failed(local, at: .zero)
        #expect(health.plan(for: [local], quorum: 1, isThorough: false, at: .zero) == .ask([local]))
        #expect(health.nextProbe(of: [local], at: .zero)?.at == .zero)
    }
}

@Suite struct LineStabilityTests {
    private func confirmed(_ number: UInt8) -> Verdict {
        Verdict(condition: .confirmed(globalAddress(number)), address: globalAddress(number))
    }

    @Test func aLineThatChangesOftenNeedsOneOperatorMore() {
        var line = LineStability()
        for number in 1...3 as ClosedRange<UInt8> {
            line.roundEnded(confirmed(number), quorum: 2, usual: 2, at: .seconds(Int(number)))
        }
        #expect(line.quorum(2, operators: 4, at: .seconds(4)) == 2)
        line.roundEnded(confirmed(1), quorum: 2, usual: 2, at: .seconds(5))
        #expect(line.quorum(2, operators: 4, at: .seconds(6)) == 3)
        #expect(line.quorum(2, operators: 2, at: .seconds(6)) == 2)
        #expect(line.quorum(1, operators: 4, at: .seconds(6)) == 1)
        // Steady for a quarter of an hour.
        #expect(line.quorum(2, operators: 4, at: .seconds(910)) == 2)
    }

    @Test func careIsNoTrap() {
        var line = LineStability()
        let none = Verdict(condition: .unconfirmed(.noAnswer("none")), address: nil)
        for second in 0..<3 { line.roundEnded(none, quorum: 2, usual: 2, at: .seconds(second)) }
        #expect(line.quorum(2, operators: 4, at: .seconds(3)) == 3)
        line.roundEnded(none, quorum: 3, usual: 2, at: .seconds(4))
        #expect(line.quorum(2, operators: 4, at: .seconds(5)) == 2)
        line.roundEnded(confirmed(1), quorum: 2, usual: 2, at: .seconds(6))
        #expect(line.quorum(2, operators: 4, at: .seconds(7)) == 3)
    }
}

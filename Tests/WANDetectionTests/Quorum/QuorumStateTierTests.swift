import NetworkPrimitives
import Testing

@testable import WANDetection

/// In which order the kinds of sources come to their turn.
@Suite struct QuorumStateTierTests {
    private let a = globalAddress(1)
    private let udp: [AddressSource]
    private let tcp: [AddressSource]
    private let web: [AddressSource]
    private let dns: [AddressSource]

    init() throws {
        udp = try ["u0", "u1", "u2", "u3", "u4"].map { try stunSource($0) }
        tcp = try ["t0", "t1", "t2"].map { try AddressSource(parsingSTUN: "\($0)=stun.\($0).example/tcp") }
        web = try ["w0", "w1"].map { try webSource($0) }
        dns = try ["d0", "d1"].map { try AddressSource(parsingDNS: "\($0)=me.example/A@ns.\($0).example") }
    }

    @Test func silenceBringsInEachKindInItsTurn() throws {
        let outcome = RoundSimulation(
            sources: (udp + tcp + web + dns).map { ($0, .silent) }, published: a
        ).run()
        #expect(udp.map(outcome.time) == [.zero, .zero, .zero, .milliseconds(250), .milliseconds(250)])
        #expect(tcp.map(outcome.time) == [.milliseconds(250), .milliseconds(250), .milliseconds(500)])
        #expect(web.map(outcome.time) == [.milliseconds(300), .milliseconds(300)])
        #expect(dns.map(outcome.time) == [.milliseconds(800), .milliseconds(800)])
    }

    @Test func aRefusalOverUDPBringsInTCPAtOnce() throws {
        let outcome = RoundSimulation(
            sources: udp.map { ($0, .refused(after: .milliseconds(2))) }
                + tcp.map { ($0, .address(a, after: .milliseconds(10))) }, published: a
        ).run()
        #expect(outcome.time(of: tcp[0]) == .milliseconds(2))
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.duration == .milliseconds(12))
    }

    @Test func aWebSourceThatFailsBringsInDNSAtOnce() throws {
        let outcome = RoundSimulation(
            sources: web.map { ($0, .refused(after: .milliseconds(2))) }
                + dns.map { ($0, .address(a, after: .milliseconds(10))) }, published: a
        ).run()
        #expect(outcome.time(of: dns[0]) == .milliseconds(2))
        #expect(outcome.verdict.duration == .milliseconds(12))
    }

    @Test(arguments: ["tcp", "dns"]) func aKindThatIsAloneStartsAtOnce(kind: String) throws {
        let sources = kind == "tcp" ? tcp : dns
        let outcome = RoundSimulation(
            sources: sources.map { ($0, .address(a, after: .milliseconds(5))) }, published: a
        ).run()
        #expect(outcome.time(of: sources[0]) == .zero)
        #expect(outcome.verdict.duration == .milliseconds(5))
    }

    @Test func aChangeIsVouchedForByTLSAsWellAsByTheWeb() throws {
        let tls = try AddressSource(parsingSTUN: "s=stun.s.example/tls")
        let outcome = RoundSimulation(
            sources: udp.map { ($0, .address(a, after: .milliseconds(5))) }
                + [(tls, .address(a, after: .milliseconds(20)))], published: globalAddress(9)
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.time(of: tls) == .milliseconds(5))
        #expect(outcome.verdict.duration == .milliseconds(25))
    }
}

import NetworkPrimitives
import Testing

@testable import DNSRecords

/// Which answer rules where several servers are asked.
@Suite struct AnswerTallyTests {
    private let name = RecordName("home.example.com") ?? .root
    private let servers = (1...3).map { HostPort(host: "192.0.2.\($0)", port: 53) }

    private func present(_ last: UInt8, ttl: UInt32 = 60) -> RecordObservation {
        .present(RecordSet(name: name, address: .v4(IPv4Address(198, 51, 100, last)), ttl: ttl))
    }

    /// Three servers of different names, or of one.
    private func tally(primary: Int? = nil, names: [String] = ["ns1", "ns2", "ns3"]) -> AnswerTally {
        var zone = AuthoritativeZone(apex: RecordName("example.com") ?? .root, servers: servers)
        for (server, name) in zip(servers, names) { zone.hosts[server] = RecordName(name) ?? .root }
        zone.primary = primary.flatMap { RecordName(names[$0]) }
        return AnswerTally(name, in: zone)
    }

    private func complaint(_ tally: AnswerTally) -> LookupFailure? {
        do throws(LookupFailure) {
            _ = try tally.conclusion()
            return nil
        } catch {
            return error
        }
    }

    @Test func thePrimaryRulesAtOnce() throws {
        var tally = tally(primary: 1)
        tally.answered(servers[0], .observation(present(1)), offersRecursion: false)
        #expect(tally.earlyDecision == nil)
        tally.answered(servers[1], .observation(present(2)), offersRecursion: false)
        #expect(tally.earlyDecision == present(2))
        tally.answered(servers[2], .observation(present(1)), offersRecursion: false)
        #expect(try tally.conclusion() == present(2))
    }

    @Test func withoutThePrimaryAllHaveToAgree() throws {
        var tally = tally(primary: 0)
        tally.wasSilent(servers[0], .timedOut(ignored: 0))
        tally.answered(servers[1], .observation(present(1)), offersRecursion: false)
        #expect(tally.earlyDecision == nil)
        // What differs is how long it may be kept.
        tally.answered(servers[2], .observation(present(1, ttl: 600)), offersRecursion: false)
        #expect(try tally.conclusion() == present(1))
        tally.answered(servers[0], .observation(present(2)), offersRecursion: false)
        #expect(try tally.conclusion() == present(2))
    }

    @Test func serversThatDisagreeAreNamedWithWhatTheySay() throws {
        var tally = tally()
        tally.answered(servers[0], .observation(present(1)), offersRecursion: false)
        tally.answered(servers[1], .observation(present(2)), offersRecursion: false)
        tally.answered(servers[2], .observation(.absent(.noSuchName)), offersRecursion: false)
        let failure = try #require(complaint(tally))
        #expect(failure.code == .serversDisagree)
        for said in [
            "192.0.2.1:53 says 198.51.100.1", "192.0.2.2:53 says 198.51.100.2", "192.0.2.3:53 says nothing",
        ] { #expect(failure.message.contains(said), "\(failure.message)") }
    }

    @Test func twoKindsOfAbsenceAgree() throws {
        var tally = tally()
        tally.answered(servers[0], .observation(.absent(.noSuchName)), offersRecursion: false)
        tally.answered(servers[1], .observation(.absent(.noSuchType)), offersRecursion: false)
        #expect(try tally.conclusion() == .absent(.noSuchName))
        tally.answered(servers[2], .observation(.alias(of: name)), offersRecursion: false)
        #expect(complaint(tally)?.code == .serversDisagree)
    }

    @Test func unrelatedServersThatAllOfferRecursionAreNotBelieved() throws {
        var tally = tally(primary: 0)
        tally.answered(servers[0], .observation(present(1)), offersRecursion: true)
        #expect(tally.earlyDecision == nil)
        tally.answered(servers[1], .observation(present(1)), offersRecursion: true)
        let failure = try #require(complaint(tally))
        #expect(failure.code == .notAuthoritative)
        #expect(failure.message.contains("intercept port 53") && failure.message.contains("192.0.2.1:53, 192.0.2.2:53"))
        // One that does not offer it cannot be the interceptor, and so there is none.
        tally.answered(servers[2], .observation(present(2)), offersRecursion: false)
        #expect(try tally.conclusion() == present(1))
    }

    @Test func aServerMayOfferRecursionByItself() throws {
        var alone = tally(primary: 0, names: ["ns1", "ns1", "ns1"])
        alone.answered(servers[0], .observation(present(1)), offersRecursion: true)
        #expect(alone.earlyDecision == present(1))
        var only = tally(primary: 0)
        only.answered(servers[0], .observation(present(1)), offersRecursion: true)
        only.wasSilent(servers[1], .refused)
        only.wasSilent(servers[2], .refused)
        #expect(try only.conclusion() == present(1))
        var named = AnswerTally(name, in: nil)
        named.answered(servers[0], .observation(present(1)), offersRecursion: true)
        #expect(named.earlyDecision == present(1))
    }

    @Test func saysMostOfAllWhatIsMostTelling() throws {
        var tally = tally()
        tally.wasSilent(servers[0], .timedOut(ignored: 0))
        #expect(complaint(tally)?.code == .serversSilent)
        #expect(tally.silentServers == [servers[0]])
        tally.answered(servers[1], .lame("refers to the root servers"), offersRecursion: false)
        let lame = try #require(complaint(tally))
        #expect(lame.code == .serversRefused)
        #expect(lame.message.contains("192.0.2.2:53 (refers to the root servers), 192.0.2.1:53 (no answer in time)"))
        tally.answered(servers[0], .notAuthoritative, offersRecursion: true)
        #expect(complaint(tally)?.code == .notAuthoritative)
        #expect(tally.silentServers.isEmpty)
    }
}

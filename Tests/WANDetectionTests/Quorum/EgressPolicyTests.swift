import NetworkPrimitives
import Testing

@testable import WANDetection

/// Sites with several WAN lines, by policy and over several rounds.
@Suite struct EgressPolicyTests {
    private let a = globalAddress(1)
    private let b = globalAddress(2)
    private let c = globalAddress(3)

    /// A site whose rounds follow each other, as a detector has them.
    private struct Site {
        var settings: QuorumSettings
        var published: IPAddress?
        var memory = RoundMemory()
        var hasWebSources = true

        /// One round in which each of the addresses is seen by two STUN servers and a web source.
        mutating func round(_ addresses: IPAddress...) throws -> Verdict {
            var sources: [(AddressSource, RoundSimulation.Answer)] = []
            for (index, address) in addresses.enumerated() {
                for number in 0..<2 {
                    sources.append((try stunSource("s\(index)\(number)"), .address(address, after: .milliseconds(5))))
                }
                if hasWebSources {
                    sources.append((try webSource("w\(index)"), .address(address, after: .milliseconds(5))))
                }
            }
            let verdict = RoundSimulation(
                sources: sources, published: published, settings: settings, memory: memory
            ).run().verdict
            memory.roundEnded(verdict)
            published = verdict.address ?? published
            return verdict
        }
    }

    @Test func theTextsOfPoliciesAreReadAndWritten() throws {
        #expect(try EgressPolicy(parsing: "sticky") == .sticky)
        #expect(try EgressPolicy(parsing: "ALL") == .all)
        let pinned = try EgressPolicy(parsing: "pinned:93.184.216.1, 93.184.217.0/24,2606:2800::/32")
        #expect(pinned.description == "pinned:93.184.216.1/32,93.184.217.0/24,2606:2800::/32")
        #expect(try EgressPolicy(parsing: pinned.description) == pinned)
        for text in ["", "any", "pinned", "pinned:", "pinned:1.2.3.4,", "pinned:host", "pinned:1.2.3.4/33"] {
            #expect(throws: EgressPolicy.ParseError.self, "\(text)") { try EgressPolicy(parsing: text) }
        }
    }

    @Test func stickyKeepsWhatIsPublishedForAsLongAsItIsSeen() throws {
        var site = Site(settings: QuorumSettings(), published: b)
        for _ in 0..<3 {
            let verdict = try site.round(a, b)
            #expect(verdict.condition == .multipleEgress([a, b]))
            #expect(verdict.addresses == [b])
        }
        #expect(try site.round(a).addresses == [a])
    }

    @Test func allAddsALineAfterThreeRoundsAndRemovesItAfterThreeMisses() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: b)
        #expect(try (0..<3).map { _ in try site.round(a, b).addresses } == [[b], [b], [a, b]])
        #expect(try site.round(a, b).condition == .multipleEgress([a, b]))
        #expect(try (0..<3).map { _ in try site.round(b).addresses } == [[a, b], [a, b], [b]])
        // The only address that is left stays, whatever the rounds see.
        #expect(try site.round(b).addresses == [b])
    }

    @Test func aMissBetweenStartsTheCountAgain() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: b)
        let rounds = [[a, b], [a, b], [b], [a, b], [a, b], [a, b]]
        let addresses = try rounds.map { seen in
            try seen.count == 2 ? site.round(seen[0], seen[1]).addresses : site.round(seen[0]).addresses
        }
        #expect(addresses == [[b], [b], [b], [b], [b], [a, b]])
    }

    @Test func withAllASingleLineChangesAtOnce() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: a)
        #expect(try site.round(c).addresses == [c])
    }

    @Test func withAllALineOfSeveralThatChangesIsAddedAtOnceAndTheOldOneLeavesLater() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: a)
        for _ in 0..<3 { _ = try site.round(a, b) }
        #expect(try site.round(c).addresses == [a, b, c])
        #expect(try site.round(c).addresses == [a, b, c])
        #expect(try site.round(c).addresses == [c])
    }

    @Test func aRoundWithoutAVerdictIsNoMiss() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: a)
        for _ in 0..<3 { _ = try site.round(a, b) }
        for _ in 0..<5 {
            let nothing = try site.round()
            #expect(nothing.addresses.isEmpty)
        }
        #expect(try site.round(a, b).addresses == [a, b])
    }

    @Test func allAddsNothingThatNobodyVouchesFor() throws {
        // Of the second line only servers without authentication know.
        let sources: [(AddressSource, RoundSimulation.Answer)] =
            try ["x", "y"].map { (try stunSource($0), .address(b, after: .milliseconds(5))) }
            + ["p", "q"].map { (try webSource($0), .address(a, after: .milliseconds(5))) }
        var memory = RoundMemory()
        for _ in 0..<6 {
            let verdict = RoundSimulation(
                sources: sources, published: a, settings: QuorumSettings(egress: .all), memory: memory
            ).run().verdict
            #expect(verdict.condition == .multipleEgress([a, b]))
            #expect(verdict.addresses == [a])
            memory.roundEnded(verdict)
        }
    }

    @Test func withAllARoundLooksForEveryLineBeforeItEnds() throws {
        var site = Site(settings: QuorumSettings(egress: .all), published: a)
        for _ in 0..<3 { _ = try site.round(a, b) }
        // The first to answer see one line only.
        let outcome = RoundSimulation(
            sources: try ["x", "y", "z"].map { (try stunSource($0), .address(a, after: .milliseconds(5))) }
                + ["u", "v"].map { (try stunSource($0), .address(b, after: .milliseconds(20))) },
            published: a, settings: site.settings, memory: site.memory
        ).run()
        #expect(outcome.verdict.condition == .multipleEgress([a, b]))
    }

    @Test func pinnedPublishesNothingElse() throws {
        let settings = QuorumSettings(egress: .pinned([AddressBlock(only: b)]))
        var site = Site(settings: settings, published: nil)
        #expect(try site.round(a).condition == .unconfirmed(.notPinned(a)))
        #expect(try site.round(a, c).addresses.isEmpty)
        #expect(try site.round(a, b).addresses == [b])
        #expect(try site.round(b).condition == .confirmed(b))
    }
}

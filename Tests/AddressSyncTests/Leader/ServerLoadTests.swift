import NetworkPrimitives
import Synchronization
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

/// Hours of probes and rounds in virtual time, counting every question to every server.
@Suite struct ServerLoadTests {
    /// Stands for all servers of the world.
    final class World: AddressLookup {
        enum Manner: Sendable {
            case right, silent, refusing
            case lying(AddressSet)
        }

        private let clock: VirtualClock
        private let manners: [String: Manner]
        /// The network lets nothing of these through.
        private let blocked: Set<AddressSource.Transport>
        private let line: Mutex<(address: AddressSet, isUp: Bool)>
        private let log = Mutex<[String: [Duration]]>([:])

        init(
            clock: VirtualClock, manners: [String: Manner] = [:], blocked: Set<AddressSource.Transport> = [],
            address: AddressSet = addressA
        ) {
            self.clock = clock
            self.manners = manners
            self.blocked = blocked
            line = Mutex((address, true))
        }

        func change(to address: AddressSet) { line.withLock { $0.address = address } }
        func setUp(_ isUp: Bool) { line.withLock { $0.isUp = isUp } }

        /// When each server was asked.
        var questions: [String: [Duration]] { log.withLock { $0 } }

        /// The shortest time between two questions to one server.
        var shortestPause: Duration? {
            questions.values.flatMap { times in zip(times, times.dropFirst()).map { $1 - $0 } }.min()
        }

        func address(
            from source: AddressSource, family: IPAddress.Family
        ) async throws(SourceError) -> IPAddress {
            let name = source.operatorName
            log.withLock { $0[source.description, default: []].append(clock.now.offset) }
            let isUp = line.withLock { $0.isUp } && !blocked.contains(source.transport)
            let manner = isUp ? manners[name] ?? .right : .silent
            do {
                switch manner {
                case .right:
                    try await clock.sleep(for: .milliseconds(20))
                    return line.withLock { $0.address.first }
                case .lying(let address):
                    try await clock.sleep(for: .milliseconds(15))
                    return address.first
                case .silent: try await clock.sleep(for: .seconds(3))
                case .refusing: try await clock.sleep(for: .milliseconds(5))
                }
            } catch {
                throw SourceError(.cancelled, "cancelled")
            }
            throw SourceError(.timedOut, "no answer in time")
        }
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sources: [AddressSource]
        var manners: [String: World.Manner] = [:]
        var blocked: Set<AddressSource.Transport> = []
        /// Every so often the line gets another address.
        var changes: Duration?
        /// Every so often the line is down for a minute.
        var outages: Duration?
    }

    static let everybody = AddressSource.defaultSTUN + AddressSource.defaultHTTPS

    static let scenarios = [
        Scenario(testDescription: "a steady line", sources: everybody),
        Scenario(testDescription: "an address every two minutes", sources: everybody, changes: .seconds(125)),
        Scenario(testDescription: "an address every seven seconds", sources: everybody, changes: .seconds(7)),
        Scenario(testDescription: "outages", sources: everybody, changes: .seconds(900), outages: .seconds(400)),
        Scenario(
            testDescription: "a silent, a refusing and a lying operator", sources: everybody,
            manners: ["google": .silent, "cloudflare": .lying(addressC), "twilio": .refusing], changes: .seconds(600)),
        Scenario(testDescription: "STUN only", sources: AddressSource.defaultSTUN, changes: .seconds(300)),
        Scenario(
            testDescription: "three servers, one silent",
            sources: ["a", "b", "c"].compactMap { try? stun($0) }, manners: ["b": .silent], changes: .seconds(300)),
        Scenario(
            testDescription: "no UDP gets through", sources: everybody, blocked: [.stunUDP], changes: .seconds(600)),
        Scenario(
            testDescription: "no UDP gets through, and there are no web sources", sources: AddressSource.defaultSTUN,
            blocked: [.stunUDP], changes: .seconds(600)),
        Scenario(testDescription: "web sources only", sources: AddressSource.defaultHTTPS, changes: .seconds(600)),
    ]

    /// - Returns: the world after so much time, and everything that was published.
    private func simulate(
        _ scenario: Scenario, spacing: Duration, for duration: Duration = .seconds(4 * 3600)
    ) throws -> (world: World, published: [PublishedAddress]) {
        let time = VirtualTime()
        let world = World(clock: time.clock, manners: scenario.manners, blocked: scenario.blocked)
        let detector = try Detector(
            sources: scenario.sources, settings: QuorumSettings(allowNonGlobal: true), spacing: spacing, lookup: world,
            clock: time.clock)
        let feed = Feed()
        let loop = AddressLoop(
            settings: PublishingSettings(), detector: detector, clock: time.clock, wallClock: { wallTime() },
            tell: { _ in }, decided: { _ in },
            publish: { content in
                feed.add(content)
                return .done
            })
        let task = time.start { await loop.run(previous: PublishedAddress(), leader: "me") }
        var addresses = [addressB, addressA].makeIterator()
        var clock = Duration.zero
        while clock < duration {
            let step = scenario.changes ?? .seconds(600)
            time.run(for: step)
            clock += step
            if scenario.changes != nil {
                if let next = addresses.next() {
                    world.change(to: next)
                } else {
                    addresses = [addressB, addressA].makeIterator()
                }
            }
            if let outages = scenario.outages, Int(clock / .seconds(1)) / Int(outages / .seconds(1)) % 2 == 1 {
                world.setUp(false)
                time.run(for: .seconds(60))
                clock += .seconds(60)
                world.setUp(true)
            }
        }
        task.cancel()
        time.settle()
        return (world, feed.all)
    }

    private final class Feed: Sendable {
        private let contents = Mutex<[PublishedAddress]>([])
        var all: [PublishedAddress] { contents.withLock { $0 } }
        func add(_ content: PublishedAddress) { contents.withLock { $0.append(content) } }
    }

    @Test(arguments: scenarios)
    func nobodyIsAskedTwiceWithinAProbeInterval(_ scenario: Scenario) throws {
        let interval = PublishingSettings().probeInterval
        let (world, published) = try simulate(scenario, spacing: PublishingSettings().spacing)
        let pause = try #require(world.shortestPause)
        #expect(pause >= interval, "\(scenario.testDescription): \(pause)")
        // And it still finds out what there is to find out.
        #expect(published.contains { $0.addresses == addressA })
        if let changes = scenario.changes, changes > .seconds(60) {
            #expect(published.contains { $0.addresses == addressB })
        }
        #expect(published.allSatisfy { $0.addresses != addressC })
    }

    /// The count can fail: without the limit it does.
    @Test func withoutTheLimitServersAreAskedMoreOften() throws {
        let (world, _) = try simulate(Self.scenarios[1], spacing: .zero, for: .seconds(3600))
        #expect(try #require(world.shortestPause) < PublishingSettings().probeInterval)
    }

    @Test func aFailingServerIsAskedLessThanTheOthers() throws {
        let scenario = Scenario(
            testDescription: "", sources: ["a", "b", "c", "d"].compactMap { try? stun($0) }, manners: ["d": .silent])
        let (world, _) = try simulate(scenario, spacing: PublishingSettings().spacing)
        let counts = world.questions.mapValues(\.count)
        let failing = try #require(counts[try stun("d").description])
        let healthy = try #require(counts[try stun("a").description])
        #expect(failing > 0 && failing * 10 < healthy, "\(counts)")
    }

    /// Where a network swallows UDP, other transports take its place after the first rounds, for probes as well; now and then
    /// somebody tries UDP again.
    @Test func whereNoUDPGetsThroughItIsHardlyTried() throws {
        let scenario = Scenario(
            testDescription: "", sources: AddressSource.defaultSTUN, blocked: [.stunUDP], changes: .seconds(600))
        let (world, _) = try simulate(scenario, spacing: PublishingSettings().spacing)
        let times = { (suffix: String) in
            world.questions.filter { $0.key.hasSuffix(suffix) }.values.joined().filter { $0 > .seconds(3 * 3600) }
        }
        let (udp, tcp) = (times("/udp").count, times("/tcp").count)
        // Eight servers, each about once an hour; a probe every ten seconds.
        #expect(udp > 0 && udp <= 24, "\(udp)")
        #expect(tcp >= 300, "\(tcp)")
    }

    /// Nodes whose leader is silent know nothing of each other; they start at different times with different servers.
    @Test func nodesThatDetectByThemselvesAreSpread() throws {
        let nodes = 20
        let time = VirtualTime()
        let world = World(clock: time.clock)
        let own = try SettingsFixture.leader(["ALLOW_NON_GLOBAL": "true"]).detection
        for number in 0..<nodes {
            let node = "node-\(number)"
            let detector = try Detector(
                sources: own.ownSources(node: node), settings: own.quorum, spacing: PublishingSettings().spacing,
                lookup: world, clock: time.clock)
            let loop = AddressLoop(
                settings: PublishingSettings().ofOwnDetection, detector: detector, clock: time.clock,
                wallClock: { wallTime() }, tell: { _ in }, decided: { _ in }, publish: { _ in .done })
            let delay = AddressFollower.fallbackDelay(node: node, staleAfter: .seconds(180))
            time.start {
                try? await time.clock.sleep(for: delay)
                await loop.run(previous: PublishedAddress(addresses: addressA), leader: node)
            }
        }
        time.run(for: .seconds(600))
        let interval = Int(PublishingSettings().probeInterval / .seconds(1))
        let busiest = world.questions.mapValues { times in
            Dictionary(grouping: times) { Int($0 / .seconds(1)) / interval }.values.map(\.count).max() ?? 0
        }
        #expect((busiest.values.max() ?? 0) <= nodes / 3, "\(busiest)")
    }
}

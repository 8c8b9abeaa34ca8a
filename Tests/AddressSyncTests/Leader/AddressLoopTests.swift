import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

@Suite struct AddressLoopTests {
    /// Sees the addresses of a script, one after the other; the last one for ever.
    private final class Script: AddressDetecting {
        private let state: Mutex<(rounds: [Verdict], probes: [Observation], held: [Set<IPAddress>])>

        init(rounds: [Verdict], probes: [Observation]) { state = Mutex((rounds, probes, [])) }

        var held: [Set<IPAddress>] { state.withLock { $0.held } }

        func detect(published: Set<IPAddress>) async -> Verdict {
            state.withLock { state in
                state.held.append(published)
                return state.rounds.count > 1 ? state.rounds.removeFirst() : state.rounds[0]
            }
        }

        func probe() async -> Observation {
            state.withLock { $0.probes.count > 1 ? $0.probes.removeFirst() : $0.probes[0] }
        }
    }

    private func loop(
        _ script: Script, _ clock: VirtualClock, publish: @escaping @Sendable (PublishedAddress) async -> PublishResult
    ) -> AddressLoop<VirtualClock> {
        AddressLoop(
            settings: PublishingSettings(), detector: script, clock: clock, wallClock: { wallTime() }, tell: { _ in },
            decided: { _ in }, publish: publish)
    }

    @Test func aProbeLeadsToARoundAndARoundToAPublication() async throws {
        let source = try stun("one")
        let script = Script(
            rounds: [.confirmed(addressA), .confirmed(addressB)],
            probes: [observation(source, addressA), observation(source, addressB)])
        let clock = VirtualClock()
        let (published, feed) = AsyncStream.makeStream(of: PublishedAddress.self)
        let loop = loop(script, clock) { content in
            feed.yield(content)
            return .done
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await loop.run(previous: PublishedAddress(), leader: "me") }
            var publications = published.makeAsyncIterator()
            #expect(await publications.next()?.addresses == addressA)
            await clock.advance(toAlarmAt: .seconds(10))
            await clock.advance(toAlarmAt: .seconds(20))
            let second = await publications.next()
            #expect(second?.addresses == addressB && second?.heartbeat == 2)
            group.cancelAll()
        }
        #expect(script.held == [[], [addressA.first]])
    }

    @Test func aPublicationThatSaysStopEndsTheLoop() async throws {
        let script = Script(rounds: [.confirmed(addressA)], probes: [observation(try stun("one"), addressA)])
        // Returns, or the test hangs.
        await loop(script, VirtualClock()) { _ in .stop }.run(previous: PublishedAddress(), leader: "me")
        #expect(script.held.count == 1)
    }

    @Test func aFailedPublicationIsRepeated() async throws {
        let script = Script(rounds: [.confirmed(addressA)], probes: [observation(try stun("one"), addressA)])
        let clock = VirtualClock()
        let count = Mutex(0)
        let loop = loop(script, clock) { _ in
            count.withLock { count in
                count += 1
                return count == 1 ? .failed(retryAfter: .seconds(3)) : .stop
            }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await loop.run(previous: PublishedAddress(), leader: "me") }
            await clock.advance(toAlarmAt: .seconds(3))
        }
        #expect(count.withLock { $0 } == 2)
    }
}

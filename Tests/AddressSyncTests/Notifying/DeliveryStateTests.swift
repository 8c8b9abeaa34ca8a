import TestSupport
import Testing

@testable import AddressSync

struct DeliveryStateTests {
    private typealias State = DeliveryState<VirtualInstant>

    private func announcement(_ number: Int) -> Announcement {
        Announcement(kind: .addressChanged, message: "\(number)", time: wallTime(), source: "me")
    }

    @Test func oneAtATimeInOrder() {
        var state = State()
        let (first, second) = (announcement(1), announcement(2))
        #expect(state.handle(.announced(first), at: .start) == [.send(first)])
        #expect(state.handle(.announced(second), at: .start) == [])
        #expect(state.handle(.accepted, at: .start) == [.tell(.delivered(first)), .send(second)])
        #expect(state.handle(.accepted, at: .start) == [.tell(.delivered(second))])
        #expect(state.handle(.accepted, at: .start) == [], "an answer to nothing")
    }

    @Test func failuresAreTriedLaterAndLaterAndThenGivenUp() {
        var state = State()
        let one = announcement(1)
        _ = state.handle(.announced(one), at: .start)
        var now = VirtualInstant.start
        var waits: [Double] = []
        while true {
            let actions = state.handle(.failed(retryAfter: nil), at: now)
            guard case .tell(.willRetry(one, let wait)) = actions.first else {
                #expect(actions == [.tell(.givenUp(one))])
                break
            }
            #expect(actions.last == .wakeUp(at: now.advanced(by: wait)))
            #expect(state.handle(.timerFired, at: now) == [], "too early")
            now = now.advanced(by: wait)
            waits.append(wait / .seconds(1))
            #expect(state.handle(.timerFired, at: now) == [.send(one)])
        }
        #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test func aRefusalIsNotTriedAgainAndTheNextGetsAllTries() {
        var state = State()
        _ = state.handle(.announced(announcement(1)), at: .start)
        _ = state.handle(.announced(announcement(2)), at: .start)
        #expect(state.handle(.refused, at: .start) == [.tell(.givenUp(announcement(1))), .send(announcement(2))])
        let next = state.handle(.failed(retryAfter: nil), at: .start)
        #expect(next.first == .tell(.willRetry(announcement(2), after: .seconds(2))))
    }

    @Test func aServerThatNamesATimeIsNotAskedEarlierUpToABound() {
        var state = State()
        _ = state.handle(.announced(announcement(1)), at: .start)
        let actions = state.handle(.failed(retryAfter: .seconds(90)), at: .start)
        #expect(actions.last == .wakeUp(at: .seconds(90)))
        _ = state.handle(.timerFired, at: .seconds(90))
        #expect(state.handle(.failed(retryAfter: .seconds(1)), at: .start).last == .wakeUp(at: .seconds(4)))
        _ = state.handle(.timerFired, at: .seconds(94))
        #expect(state.handle(.failed(retryAfter: .seconds(1 << 40)), at: .start).last == .wakeUp(at: .seconds(3600)))
    }

    @Test func theOldestAreDroppedWithACount() {
        var state = State()
        var dropped: [State.Action] = []
        for number in 0..<100 {
            dropped += state.handle(.announced(announcement(number)), at: .start).dropFirst(number == 0 ? 1 : 0)
        }
        #expect(dropped.count == 67)
        #expect(dropped.first == .tell(.dropped(announcement(1), total: 1)), "what is under way is not dropped")
        #expect(dropped.last == .tell(.dropped(announcement(67), total: 67)))
        var delivered: [State.Action] = []
        for _ in 0..<40 { delivered += state.handle(.accepted, at: .start) }
        #expect(delivered.count { if case .tell(.delivered) = $0 { true } else { false } } == 33)
    }

    @Test func stoppingDeliversWhatIsUnderWayAndWaitsNotLong() {
        var idle = State()
        #expect(idle.handle(.stopped, at: .start) == [.end])
        var waiting = State()
        _ = waiting.handle(.announced(announcement(1)), at: .start)
        _ = waiting.handle(.failed(retryAfter: nil), at: .start)
        #expect(waiting.handle(.stopped, at: .start) == [.end])
        var busy = State()
        _ = busy.handle(.announced(announcement(1)), at: .start)
        _ = busy.handle(.announced(announcement(2)), at: .start)
        #expect(busy.handle(.stopped, at: .start) == [.wakeUp(at: .seconds(2))])
        #expect(busy.handle(.accepted, at: .start) == [.tell(.delivered(announcement(1))), .send(announcement(2))])
        #expect(busy.handle(.failed(retryAfter: nil), at: .start) == [.tell(.givenUp(announcement(2))), .end])
        var stuck = State()
        _ = stuck.handle(.announced(announcement(1)), at: .start)
        _ = stuck.handle(.stopped, at: .start)
        #expect(stuck.handle(.timerFired, at: .seconds(2)) == [.end])
    }
}

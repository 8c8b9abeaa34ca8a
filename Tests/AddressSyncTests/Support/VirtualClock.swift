import Synchronization

/// A point on a time line that only tests move.
struct VirtualInstant: InstantProtocol, CustomStringConvertible {
    var offset: Duration

    static let start = VirtualInstant(offset: .zero)
    static func seconds(_ seconds: Double) -> VirtualInstant { VirtualInstant(offset: .seconds(seconds)) }

    func advanced(by duration: Duration) -> VirtualInstant { VirtualInstant(offset: offset + duration) }
    func duration(to other: VirtualInstant) -> Duration { other.offset - offset }
    static func < (a: VirtualInstant, b: VirtualInstant) -> Bool { a.offset < b.offset }
    var description: String { "\(offset)" }
}

/// A clock that stands still until a test moves it.
final class VirtualClock: Clock, Sendable {
    private typealias Wake = CheckedContinuation<Void, any Error>

    private struct State {
        var now = VirtualInstant.start
        var lastID = 0
        var sleepers: [Int: (deadline: VirtualInstant, wake: Wake)] = [:]
        var cancelled: Set<Int> = []
        var observers: [(deadline: VirtualInstant, met: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var now: VirtualInstant { state.withLock(\.now) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: VirtualInstant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: Wake) in
                let (result, met): (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) = state.withLock {
                    if $0.cancelled.remove(id) != nil { return (.failure(CancellationError()), []) }
                    if deadline <= $0.now { return (.success(()), []) }
                    $0.sleepers[id] = (deadline, wake)
                    let met = $0.observers.filter { $0.deadline == deadline }.map(\.met)
                    $0.observers.removeAll { $0.deadline == deadline }
                    return (nil, met)
                }
                if let result { wake.resume(with: result) }
                for observer in met { observer.resume() }
            }
        } onCancel: {
            let wake = state.withLock { state in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return Optional(sleeper.wake) }
                state.cancelled.insert(id)
                return nil
            }
            wake?.resume(throwing: CancellationError())
        }
    }

    /// Waits until somebody sleeps until exactly then, and lets that time come.
    func advance(to instant: VirtualInstant) async {
        await withCheckedContinuation { (met: CheckedContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                if state.sleepers.values.contains(where: { $0.deadline == instant }) { return true }
                state.observers.append((instant, met))
                return false
            }
            if isThere { met.resume() }
        }
        let woken = state.withLock { state in
            state.now = instant
            let due = state.sleepers.filter { $0.value.deadline <= instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.wake)
        }
        for wake in woken { wake.resume() }
    }
}

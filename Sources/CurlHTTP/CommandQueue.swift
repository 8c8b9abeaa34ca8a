import CurlShims
import Synchronization

/// Numbers the exchanges of one client.
struct TransferID: Hashable, Sendable {
    var rawValue: UInt64
}

/// What other threads ask of the event loop.
enum Command: Sendable {
    case start(TransferJob)
    /// The transfer may be over already, or not have been started yet: see ``CancellationFlag``.
    case cancel(TransferID)
}

/// Commands on their way to the event loop. A value without I/O.
struct CommandQueueState<Item> {
    enum SubmitAction: Hashable, Sendable {
        /// The loop may be asleep.
        case wake
        /// A wake-up is already on its way.
        case none
        /// The queue is closed.
        case reject
    }

    private var items: [Item] = []
    private var isClosed = false

    mutating func submitted(_ item: Item) -> SubmitAction {
        guard !isClosed else { return .reject }
        items.append(item)
        return items.count == 1 ? .wake : .none
    }

    /// Nothing is accepted from now on. What was accepted is still handed to the loop.
    mutating func closed() -> SubmitAction {
        guard !isClosed else { return .none }
        isClosed = true
        return .wake
    }

    /// Everything accepted so far, in order; and whether that was the last of it.
    mutating func drained() -> (items: [Item], isLast: Bool) {
        defer { items = [] }
        return (items, isClosed)
    }
}

extension CommandQueueState: Sendable where Item: Sendable {}

/// The one thing that the event loop shares with other threads.
final class CommandQueue: Sendable {
    private struct State {
        var queue = CommandQueueState<Command>()
        var waker: MultiWaker?
    }

    private let state: Mutex<State>
    /// How many transfers the loop holds, each with a handle of libcurl. Kept by the loop, for whoever looks for leaks.
    let transferCount = Atomic<Int>(0)

    init(waker: MultiWaker) {
        state = Mutex(State(waker: waker))
    }

    /// - Returns: `false` after ``close()``; the command was not taken then.
    func submit(_ command: Command) -> Bool {
        state.withLock { state in
            switch state.queue.submitted(command) {
            case .wake: state.waker?.wake()
            case .none: break
            case .reject: return false
            }
            return true
        }
    }

    /// Lets the loop end once it has dealt with what was accepted.
    func close() {
        state.withLock { state in
            if state.queue.closed() == .wake { state.waker?.wake() }
        }
    }

    func drain() -> (items: [Command], isLast: Bool) {
        state.withLock { $0.queue.drained() }
    }

    /// To be called before the multi handle is freed.
    func detach() {
        state.withLock { $0.waker = nil }
    }
}

/// Interrupts `curl_multi_poll`, the one libcurl function that may be called on a multi handle from any thread.
///
/// It holds the handle's address as a number, because the handle itself must not be shared. ``CommandQueue`` uses it
/// under its lock and gives it up, under the same lock, before the handle is freed.
struct MultiWaker: Sendable {
    private let address: UInt

    init(_ multi: UnsafeMutableRawPointer) { address = UInt(bitPattern: multi) }

    /// - Returns: whether the multi handle has a working wake-up; it has not where file descriptors ran out.
    @discardableResult
    func wake() -> Bool {
        UnsafeMutableRawPointer(bitPattern: address).map { curl_shims_multi_wakeup($0) == CURLM_OK } ?? false
    }
}

/// Set when the task of an exchange is cancelled.
///
/// A cancellation handler can run before the exchange is submitted. Its `cancel` command then finds no transfer, and
/// the start that follows finds this flag.
final class CancellationFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

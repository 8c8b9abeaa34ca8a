import NIOCore
import Synchronization

/// What a ``DatagramPoller`` waits for. Only the poller's thread calls these, if somebody is the poller's thread.
protocol PolledDatagrams: AnyObject, Sendable {
    var descriptor: Int32 { get }
    /// When it has to be looked at, at the latest.
    var nextTime: ContinuousClock.Instant { get }

    /// Does what is due.
    ///
    /// - Parameter buffer: used again and again, for every question of the poller.
    /// - Returns: when to be called again at the latest; `nil` where it is over and its socket is to be closed.
    func step(_ buffer: inout ByteBuffer) -> ContinuousClock.Instant?

    /// Closes the socket. The last call.
    func close()

    /// Datagrams, or an error, are there.
    ///
    /// - Parameter buffer: the same as for ``step(_:)``.
    func becameReadable(_ buffer: inout ByteBuffer)

    /// There is nobody to look after it; closes its socket.
    func abandon()
}

/// One exchange under way: its socket, its times, and who waits for its answer.
///
/// Answer, failure, time-out and cancellation may race; the first one counts. The socket is closed by the poller's thread
/// alone, so that no other thread's new socket can get a number that the poller is about to read from.
final class DatagramQuestion<Answer: Sendable>: PolledDatagrams {
    typealias Outcome = Result<Answer, ExchangeError>

    private struct State {
        var outcome: Outcome?
        var continuation: CheckedContinuation<Outcome, Never>?
        var nextSend = 0
        var ignored = 0
    }

    /// Datagrams that are looked at in a row, so that a flood at one socket does not keep the others waiting.
    private static var batch: Int { 32 }

    let descriptor: Int32
    private let exchange: DatagramExchange
    private let accept: @Sendable (inout ByteBuffer) -> Answer?
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(
        _ exchange: DatagramExchange, to server: SocketAddress,
        accept: @escaping @Sendable (inout ByteBuffer) -> Answer?
    ) throws(ExchangeError) {
        descriptor = try DatagramSocket.connected(to: server)
        self.exchange = exchange
        self.accept = accept
    }

    /// Names who waits; called once, before the question is handed to the poller.
    func resume(_ continuation: CheckedContinuation<Outcome, Never>) {
        let outcome = state.withLock { state in
            if state.outcome == nil { state.continuation = continuation }
            return state.outcome
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    /// Gives up at once; callable from anywhere.
    ///
    /// The poller closes the socket when it comes by the next time: when a datagram arrives, at the latest when this question
    /// was to be sent again or given up. Waking it for that would cost every round that ends without its slowest servers.
    func cancel() { finish(.failure(.cancelled)) }

    var nextTime: ContinuousClock.Instant { time(after: state.withLock(\.nextSend)) }

    func step(_ buffer: inout ByteBuffer) -> ContinuousClock.Instant? {
        if start.duration(to: .now) >= Duration(exchange.deadline) {
            // What came in time counts, even where this thread had to wait for a processor.
            becameReadable(&buffer)
            finish(.failure(.timedOut(ignored: state.withLock(\.ignored))))
        } else {
            sendWhatIsDue()
        }
        let (isOver, nextSend) = state.withLock { ($0.outcome != nil, $0.nextSend) }
        return isOver ? nil : time(after: nextSend)
    }

    /// Without an array in between: this runs whenever a datagram has arrived.
    private func time(after nextSend: Int) -> ContinuousClock.Instant {
        let isToBeSent = nextSend < exchange.sendTimes.count
        let time = isToBeSent ? min(exchange.sendTimes[nextSend], exchange.deadline) : exchange.deadline
        return start.advanced(by: Duration(time))
    }

    func close() { DatagramSocket.close(descriptor) }

    func abandon() {
        finish(.failure(.unreachable("the system has no thread, descriptor or memory left to wait for answers")))
        close()
    }

    /// Sends once for each time of sending that has come.
    func sendWhatIsDue() {
        let elapsed = start.duration(to: .now)
        while true {
            let isDue = state.withLock { state in
                guard state.outcome == nil, state.nextSend < exchange.sendTimes.count,
                    Duration(exchange.sendTimes[state.nextSend]) <= elapsed
                else { return false }
                state.nextSend += 1
                return true
            }
            guard isDue else { return }
            do throws(ExchangeError) {
                try DatagramSocket.send(exchange.payload, over: descriptor)
            } catch {
                finish(.failure(error))
            }
        }
    }

    func becameReadable(_ buffer: inout ByteBuffer) {
        for _ in 0..<Self.batch {
            guard state.withLock({ $0.outcome == nil }) else { return }
            switch DatagramSocket.receive(from: descriptor, into: &buffer) {
            case .nothing: return
            case .failed(let error): finish(.failure(error))
            case .datagram:
                if let answer = accept(&buffer) {
                    finish(.success(answer))
                } else {
                    state.withLock { $0.ignored += 1 }
                }
            }
        }
    }

    /// Does nothing where there is an outcome already.
    private func finish(_ outcome: Outcome) {
        let continuation = state.withLock { state in
            guard state.outcome == nil else { return CheckedContinuation<Outcome, Never>?.none }
            state.outcome = outcome
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: outcome)
    }
}

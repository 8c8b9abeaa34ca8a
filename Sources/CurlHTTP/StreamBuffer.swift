/// What a stream's consumer is answered: bytes, the end (`nil`) or why there will be no more.
typealias StreamItem = Result<[UInt8]?, HTTPClientError>

/// What has arrived of a stream's body and not been taken yet. A value without I/O.
///
/// ```
/// open ──ended / overflow / abandoned──▶ ended(rest) ──rest and failure taken──▶ drained
/// ```
///
/// Pieces are joined, so that the bound in bytes is the bound on memory however small the pieces are. While a consumer
/// waits, the buffer is empty, and a piece goes past it: the bound is on what nobody has asked for.
struct StreamBuffer<Waiter> {
    enum ReceiveAction {
        case none
        case resume(Waiter, StreamItem)
        /// Too much: drop the connection.
        case overflow
    }

    enum NextAction {
        case wait
        case resume(Waiter, StreamItem)
    }

    enum State {
        case open([UInt8], Waiter?)
        case ended(rest: [UInt8], HTTPClientError?)
        case drained
    }

    private let limit: Int
    private var state = State.open([], nil)

    /// - Parameter limit: largest number of bytes that may wait.
    init(limit: Int) { self.limit = limit }

    /// A piece of the body has arrived.
    mutating func received(_ bytes: UnsafeRawBufferPointer) -> ReceiveAction {
        switch state {
        case .open(_, let waiter?):
            state = .open([], nil)
            return .resume(waiter, .success(Array(bytes)))
        case .open(var buffered, nil):
            guard bytes.count <= limit - buffered.count else { return .overflow }
            state = .drained  // Gives up the other reference, so that the array grows in place.
            buffered.append(contentsOf: bytes)
            state = .open(buffered, nil)
            return .none
        case .ended, .drained: return .none
        }
    }

    /// The consumer asks for the next piece. One at a time.
    mutating func requested(by waiter: Waiter) -> NextAction {
        switch state {
        case .open(let buffered, nil):
            guard buffered.isEmpty else {
                state = .open([], nil)
                return .resume(waiter, .success(buffered))
            }
            state = .open([], waiter)
            return .wait
        case .open(_, .some):
            return .resume(
                waiter,
                .failure(HTTPClientError(.internalError, "two tasks iterate over one body; only one can")))
        case .ended(let rest, let failure):
            guard rest.isEmpty else {
                state = .ended(rest: [], failure)
                return .resume(waiter, .success(rest))
            }
            state = .drained
            return .resume(waiter, failure.map { .failure($0) } ?? .success(nil))
        case .drained:
            return .resume(waiter, .success(nil))
        }
    }

    /// Nothing more will arrive. What has arrived can still be taken, except after an overflow: the consumer has to
    /// start over anyway, and the memory is better given back.
    ///
    /// - Returns: whom to resume with what.
    mutating func ended(_ failure: HTTPClientError?) -> (Waiter, StreamItem)? {
        guard case .open(let buffered, let waiter) = state else { return nil }
        if let waiter {
            state = .drained
            return (waiter, failure.map { .failure($0) } ?? .success(nil))
        }
        state = .ended(rest: failure?.code == .streamOverflow ? [] : buffered, failure)
        return nil
    }

    /// The consumer's task was cancelled, or nobody can ask any more.
    ///
    /// - Returns: whether the transfer still has to be ended, and whom to resume with ``HTTPClientError/Code/cancelled``.
    mutating func abandoned() -> (wasOpen: Bool, waiter: Waiter?) {
        guard case .open(_, let waiter) = state else { return (false, nil) }
        state = waiter == nil ? .ended(rest: [], Self.cancellation) : .drained
        return (true, waiter)
    }

    static var cancellation: HTTPClientError { HTTPClientError(.cancelled, "the consumer of the stream was cancelled") }
}

extension StreamBuffer.ReceiveAction: Sendable where Waiter: Sendable {}
extension StreamBuffer.NextAction: Sendable where Waiter: Sendable {}
extension StreamBuffer.State: Sendable where Waiter: Sendable {}
extension StreamBuffer: Sendable where Waiter: Sendable {}

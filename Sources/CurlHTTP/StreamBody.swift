import Synchronization

/// Carries a stream's body from the event loop to its consumer.
final class StreamBody: Sendable {
    typealias Waiter = CheckedContinuation<StreamItem, Never>

    private let id: TransferID
    private let queue: CommandQueue
    /// Largest number of bytes that may wait for the consumer.
    let limit: Int
    private let buffer: Mutex<StreamBuffer<Waiter>>

    init(id: TransferID, bufferBytes: Int, queue: CommandQueue) {
        self.id = id
        self.queue = queue
        limit = bufferBytes
        buffer = Mutex(StreamBuffer(limit: bufferBytes))
    }

    /// The public face of this body. It ends the transfer when it goes out of use before the body has ended.
    func sequence() -> AsyncThrowingStream<[UInt8], any Error> {
        let consumer = StreamConsumer(body: self)
        return AsyncThrowingStream { try await consumer.body.next() }
    }

    /// - Returns: `false` when the buffer cannot take the bytes.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch buffer.withLock({ $0.received(bytes) }) {
        case .none: return true
        case .resume(let waiter, let item):
            waiter.resume(returning: item)
            return true
        case .overflow: return false
        }
    }

    func ended(_ failure: HTTPClientError?) {
        if let (waiter, item) = buffer.withLock({ $0.ended(failure) }) {
            waiter.resume(returning: item)
        }
    }

    private func next() async throws(HTTPClientError) -> [UInt8]? {
        let item = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                switch buffer.withLock({ $0.requested(by: continuation) }) {
                case .wait: break
                case .resume(let waiter, let item): waiter.resume(returning: item)
                }
            }
        } onCancel: {
            abandon()
        }
        return try item.get()
    }

    /// Drops the connection, unless the transfer is over.
    fileprivate func abandon() {
        let (wasOpen, waiter) = buffer.withLock { $0.abandoned() }
        guard wasOpen else { return }
        _ = queue.submit(.cancel(id))
        waiter?.resume(returning: .failure(StreamBuffer<Waiter>.cancellation))
    }
}

/// Lives as long as somebody can still ask for bytes.
private final class StreamConsumer: Sendable {
    let body: StreamBody

    init(body: StreamBody) { self.body = body }

    // This only leaves a note for the event loop; no handle of libcurl is touched here.
    deinit { body.abandon() }
}

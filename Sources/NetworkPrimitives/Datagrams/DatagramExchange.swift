public import NIOCore

/// One question over UDP: the same bytes sent at set times from a socket of its own, until an answer is accepted.
///
/// The socket is connected, so the kernel drops datagrams from anybody but the server and reports a refusal. What
/// arrives and is not accepted is counted and otherwise ignored: a stray or forged datagram must not end the wait, and
/// costs no memory.
public struct DatagramExchange: Sendable {
    /// Identical on every send, as RFC 8489 section 6.2.1 and RFC 1035 expect of a retransmission.
    public var payload: ByteBuffer
    /// When to send, counted from the start. The first is usually zero.
    public var sendTimes: [TimeAmount]
    /// When to give up, counted from the start.
    public var deadline: TimeAmount

    public init(payload: ByteBuffer, sendTimes: [TimeAmount], deadline: TimeAmount) {
        self.payload = payload
        self.sendTimes = sendTimes
        self.deadline = deadline
    }

    /// Asks `server` and returns the first answer that `accept` takes.
    ///
    /// - Parameters:
    ///   - server: where to send.
    ///   - accept: looks at one datagram; `nil` means that it is none of ours and the wait goes on. It runs on the thread
    ///     that all exchanges share, so it must be quick.
    /// - Throws: ``ExchangeError``; ``ExchangeError/cancelled`` soon after the task is cancelled.
    public func ask<Answer: Sendable>(
        _ server: SocketAddress, accept: @escaping @Sendable (inout ByteBuffer) -> Answer?
    ) async throws(ExchangeError) -> Answer {
        let question = try DatagramQuestion(self, to: server, accept: accept)
        // Here and not on the poller's thread, so that it does not wait for a thread to wake up.
        question.sendWhatIsDue()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                question.resume(continuation)
                DatagramPoller.shared.add(question, until: question.nextTime)
            }
        } onCancel: {
            question.cancel()
        }
        return try result.get()
    }
}

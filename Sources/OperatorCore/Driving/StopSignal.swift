/// Ends one piece of work without cancelling the task group that it runs in.
///
/// A state machine's driver has many children; this is how it stops one of them. The work sees a cancelled task.
public struct StopSignal: Sendable {
    private let signal: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    public init() { (signal, continuation) = AsyncStream.makeStream() }

    /// Cancels the work. Returns at once; callable more than once, and before the work has begun.
    public func stop() { continuation.finish() }

    /// Runs `work` until it returns, or is cancelled by ``stop()`` or with the surrounding task; waits for it to end. Call once.
    public func run(_ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            group.addTask { for await _ in signal {} }
            await group.next()
            group.cancelAll()
        }
    }
}

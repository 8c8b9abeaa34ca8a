import CurlShims
import Synchronization
import SystemThreads

/// The thread that runs an ``EventLoop``. Nothing happens to it but by ``shutdown()``: it keeps itself alive.
final class EventLoopThread: Sendable {
    private typealias Lifecycle = ThreadLifecycle<SystemThread, CheckedContinuation<SystemThread?, Never>>

    let queue: CommandQueue
    /// `nil` only while the thread is being made.
    private let lifecycle: Mutex<Lifecycle?>

    init(_ configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        let loop = try EventLoop(configuration)
        queue = loop.queue
        lifecycle = Mutex(nil)
        let context = Unmanaged.passRetained(Context(loop: loop, thread: self))
        // Handed over: once the thread runs nobody else looks at it, and where there is no thread it comes back.
        nonisolated(unsafe) let handedOver = context
        do throws(SystemThread.Failure) {
            // The lock is held until the state is there, in case the thread ends before its start returns.
            try lifecycle.withLock { lifecycle throws(SystemThread.Failure) in
                lifecycle = Lifecycle(running: try SystemThread.start { handedOver.takeRetainedValue().run() })
            }
        } catch {
            context.release()
            loop.discard()
            throw HTTPClientError(.internalError, "the system gave no thread (error \(error.code))")
        }
    }

    /// Ends the loop and everything in flight, and joins the thread. Any number of tasks may call it at any time.
    func shutdown() async {
        queue.close()
        let toJoin = await withCheckedContinuation { continuation in
            switch lifecycle.withLock({ $0?.shutdownRequested(by: continuation) }) {
            case .wait: break
            case .join(let handle): continuation.resume(returning: handle)
            case .done, nil: continuation.resume(returning: nil)
            }
        }
        guard let toJoin else { return }
        // The thread has done its work and is on its way out, so this does not block for long.
        toJoin.join()
        for waiter in lifecycle.withLock({ $0?.joined() ?? [] }) { waiter.resume(returning: nil) }
    }

    fileprivate func ended() {
        guard let (joiner, handle) = lifecycle.withLock({ $0?.threadEnded() }) else { return }
        joiner.resume(returning: handle)
    }
}

/// What the thread is given. The loop is handed over by it: nobody else has a reference afterwards.
private final class Context {
    let loop: EventLoop
    let thread: EventLoopThread

    init(loop: EventLoop, thread: EventLoopThread) {
        self.loop = loop
        self.thread = thread
    }

    func run() {
        curl_shims_name_thread("curl-http")
        loop.run()
        thread.ended()
    }
}

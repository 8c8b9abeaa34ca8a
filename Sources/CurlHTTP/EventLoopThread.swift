import CurlShims
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The thread that runs an ``EventLoop``. Nothing happens to it but by ``shutdown()``: it keeps itself alive.
final class EventLoopThread: Sendable {
    private typealias Lifecycle = ThreadLifecycle<pthread_t, CheckedContinuation<pthread_t?, Never>>

    let queue: CommandQueue
    /// `nil` only while the thread is being made.
    private let lifecycle: Mutex<Lifecycle?>

    init(_ configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        let loop = try EventLoop(configuration)
        queue = loop.queue
        lifecycle = Mutex(nil)
        let context = Unmanaged.passRetained(Context(loop: loop, thread: self))
        // The lock is held until the state is there, in case the thread ends before `pthread_create` returns.
        let code = lifecycle.withLock { lifecycle in
            var handle = pthread_t()
            let code = pthread_create(&handle, nil, eventLoopThreadMain, context.toOpaque())
            if code == 0 { lifecycle = Lifecycle(running: handle) }
            return code
        }
        guard code == 0 else {
            context.release()
            loop.discard()
            throw HTTPClientError(.internalError, "the system gave no thread (error \(code))")
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
        pthread_join(toJoin, nil)
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
}

private func eventLoopThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    // A write to a connection that the peer has closed raises SIGPIPE in the writing thread. Blocked there it stays
    // pending and vanishes with the thread, so the process's own disposition need not be touched. The others are
    // blocked too, so that handlers run on threads that expect them; threads of libcurl's resolver inherit this.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let context = Unmanaged<Context>.fromOpaque(argument).takeRetainedValue()
    curl_shims_name_thread("curl-http")
    context.loop.run()
    context.thread.ended()
    return nil
}

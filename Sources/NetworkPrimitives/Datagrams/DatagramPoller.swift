import NIOCore
import Synchronization
import SystemThreads

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Waits for the datagrams of all exchanges of the process, on one thread that starts with the first of them.
///
/// A round of detection opens a handful of sockets for a fraction of a millisecond. Asking is done by the tasks
/// themselves; this thread only polls, so that an answer costs one wake-up of a thread and one of a task. It sleeps without
/// a time limit while nobody asks.
final class DatagramPoller: Sendable {
    static let shared = DatagramPoller()

    private enum Phase {
        case idle
        /// With the two ends of the pipe that interrupts `poll`.
        case running(reading: Int32, writing: Int32)
        /// The system has no thread or no descriptors for us.
        case broken
    }

    private struct State {
        var phase = Phase.idle
        var arrivals: [any PolledDatagrams] = []
        /// A byte is in the pipe.
        var isWoken = false
    }

    private let state = Mutex(State())

    /// Looks after `question` from now on, until it is over.
    func add(_ question: any PolledDatagrams) {
        let isBroken = state.withLock { state in
            if case .idle = state.phase { state.phase = start() }
            if case .broken = state.phase {
                // The next question may find the system in a better state.
                state.phase = .idle
                return true
            }
            state.arrivals.append(question)
            wake(&state)
            return false
        }
        if isBroken { question.abandon() }
    }

    /// Has all questions looked at soon.
    private func wake(_ state: inout State) {
        guard case .running(_, let writing) = state.phase, !state.isWoken else { return }
        var byte: UInt8 = 0
        state.isWoken = write(writing, &byte, 1) == 1
    }

    private func start() -> Phase {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return .broken }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        guard (try? SystemThread.detach { DatagramPoller.shared.run() }) != nil else {
            ends.forEach { _ = close($0) }
            return .broken
        }
        return .running(reading: ends[0], writing: ends[1])
    }

    private func run() {
        // Whoever starts the thread holds the lock until the phase says so.
        guard case .running(let reading, _) = state.withLock({ $0.phase }) else { return }
        var buffer = ByteBufferAllocator().buffer(capacity: DatagramSocket.largestDatagram)
        var questions: [any PolledDatagrams] = []
        var descriptors: [pollfd] = []
        while true {
            questions += state.withLock { state in
                defer { state.arrivals = [] }
                return state.arrivals
            }
            var next: ContinuousClock.Instant?
            questions.removeAll { question in
                guard let time = question.step(&buffer) else { return true }
                next = min(next ?? time, time)
                return false
            }
            descriptors.removeAll(keepingCapacity: true)
            descriptors.append(pollfd(fd: reading, events: Int16(POLLIN), revents: 0))
            for question in questions {
                descriptors.append(pollfd(fd: question.descriptor, events: Int16(POLLIN), revents: 0))
            }
            guard poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: next)) > 0 else { continue }
            if descriptors[0].revents != 0 {
                state.withLock { state in
                    var byte: UInt8 = 0
                    _ = read(reading, &byte, 1)
                    state.isWoken = false
                }
            }
            for (question, descriptor) in zip(questions, descriptors.dropFirst()) where descriptor.revents != 0 {
                question.becameReadable(&buffer)
            }
        }
    }

    /// Rounded up, so that the time has come when `poll` returns; -1 for no limit.
    private static func milliseconds(until time: ContinuousClock.Instant?) -> Int32 {
        guard let time else { return -1 }
        let left = ContinuousClock.now.duration(to: time)
        guard left > .zero else { return 0 }
        return Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
    }
}

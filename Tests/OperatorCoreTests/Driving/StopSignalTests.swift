import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

@Suite struct StopSignalTests {
    private let time = VirtualTime()

    /// Work that waits for its cancellation, then takes two seconds to tidy up.
    private func work(_ log: Log) -> @Sendable () async -> Void {
        { [time] in
            log.add("started")
            try? await time.clock.sleep(for: .seconds(3600))
            log.add(Task.isCancelled ? "cancelled" : "done")
            // Tidying up is not cancelled with it.
            await withCheckedContinuation { continuation in
                time.start {
                    try? await time.clock.sleep(for: .seconds(2))
                    continuation.resume()
                }
            }
            log.add("tidied")
        }
    }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock(\.self) }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test func workThatEndsByItselfEndsTheRun() {
        let (signal, log) = (StopSignal(), Log())
        time.start {
            await signal.run(work(log))
            log.add("returned")
        }
        time.run(for: .seconds(3600))
        #expect(log.all == ["started", "done"])
        time.run(for: .seconds(2))
        #expect(log.all == ["started", "done", "tidied", "returned"])
        signal.stop()
    }

    @Test func stoppingCancelsTheWorkAndWaitsForIt() {
        let (signal, log) = (StopSignal(), Log())
        time.start {
            await signal.run(work(log))
            log.add(Task.isCancelled ? "all cancelled" : "returned")
        }
        time.run(for: .seconds(1))
        signal.stop()
        signal.stop()
        time.settle()
        #expect(log.all == ["started", "cancelled"])
        time.run(for: .seconds(2))
        #expect(log.all == ["started", "cancelled", "tidied", "returned"])
    }

    @Test func stoppingBeforehandIsSeenByTheWork() {
        let (signal, log) = (StopSignal(), Log())
        signal.stop()
        time.start { await signal.run(work(log)) }
        time.settle()
        #expect(log.all == ["started", "cancelled"])
    }

    @Test func cancellationOfTheSurroundingTaskReachesTheWork() {
        let (signal, log) = (StopSignal(), Log())
        let task = time.start {
            await signal.run(work(log))
            log.add(Task.isCancelled ? "all cancelled" : "returned")
        }
        time.settle()
        task.cancel()
        time.run(for: .seconds(2))
        #expect(log.all == ["started", "cancelled", "tidied", "all cancelled"])
    }

    @Test func othersInTheGroupGoOn() {
        let (signal, log) = (StopSignal(), Log())
        time.start {
            await withDiscardingTaskGroup { group in
                group.addTask { await signal.run(work(log)) }
                group.addTask {
                    try? await time.clock.sleep(for: .seconds(100))
                    log.add(Task.isCancelled ? "other cancelled" : "other done")
                }
            }
        }
        time.settle()
        signal.stop()
        time.run(for: .seconds(100))
        #expect(log.all == ["started", "cancelled", "tidied", "other done"])
    }
}

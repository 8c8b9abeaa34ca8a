import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

@Suite(.timeLimit(.minutes(1))) struct LeaseWatchdogTests {
    /// Counts how often a watchdog fired, and lets a test wait for the first time.
    private final class Alarm: Sendable {
        let count = Mutex(0)
        let gate = Gate()

        func fire() {
            count.withLock { $0 += 1 }
            gate.open()
        }
    }

    @Test func itFiresOnceTheDeadlineIsOver() async {
        let alarm = Alarm()
        let watchdog = LeaseWatchdog { alarm.fire() }
        watchdog.start()
        watchdog.set(deadline: .now - .seconds(1))
        await alarm.gate.wait()
        #expect(alarm.count.withLock(\.self) == 1)
        watchdog.finish()
    }

    /// Its thread is gone once nobody else holds it; until then it has not fired.
    @Test(arguments: [nil, .seconds(3600), .seconds(-3600)] as [Duration?])
    func aFinishedWatchdogEndsWithoutFiring(_ deadline: Duration?) async {
        let alarm = Alarm()
        weak var remains: LeaseWatchdog?
        do {
            let watchdog = LeaseWatchdog { alarm.fire() }
            remains = watchdog
            // Finished first: what is set then does not matter any more.
            watchdog.finish()
            watchdog.set(deadline: deadline.map { .now + $0 })
            watchdog.start()
        }
        while remains != nil { await Task.yield() }
        #expect(alarm.count.withLock(\.self) == 0)
    }

    /// As after a pool of threads that are all stuck: renewals are due, and no task runs.
    @Test func itFiresWhenNobodyReacts() async throws {
        let (time, alarm) = (VirtualTime(), Alarm())
        let contender = try Contender(
            "a", api: MemoryAPI(), time: time, leaseDuration: .seconds(2), renewDeadline: .seconds(1),
            retryPeriod: .milliseconds(200), watchdog: LeaseWatchdog { alarm.fire() })
        contender.start()
        time.settle()
        #expect(contender.isLeader)
        // Nothing lets virtual time pass; the watchdog keeps real time.
        await alarm.gate.wait()
        #expect(contender.end == nil)
    }

    @Test func itFiresWhenTheWorkDoesNotStop() async throws {
        let (time, alarm) = (VirtualTime(), Alarm())
        let contender = try Contender(
            "a", api: MemoryAPI(), time: time, leaseDuration: .seconds(2), renewDeadline: .seconds(1),
            retryPeriod: .milliseconds(200), watchdog: LeaseWatchdog { alarm.fire() })
        contender.start { _ in await contender.insist(on: .seconds(3600)) }
        time.settle()
        contender.link.isCut = true
        time.run(for: .seconds(10))
        #expect(!contender.isLeader)
        #expect(contender.workIsRunning)
        await alarm.gate.wait()
    }

    /// Giving the Lease back may take longer than the term: that is no reason to end the process.
    @Test func itDoesNotFireWhileTheLeaseIsBeingGivenBack() async throws {
        let (time, alarm) = (VirtualTime(), Alarm())
        weak var remains: LeaseWatchdog?
        try await {
            let watchdog = LeaseWatchdog { alarm.fire() }
            remains = watchdog
            let contender = try Contender(
                "a", api: MemoryAPI(), time: time, leaseDuration: .seconds(2), renewDeadline: .seconds(1),
                retryPeriod: .milliseconds(200), watchdog: watchdog)
            contender.start()
            time.settle()
            contender.link.setFate { _ in .lost }
            contender.elector.stop()
            time.settle()
            #expect(contender.end == nil)
            // In real time, beyond the term and the watchdog's delay.
            let other = Alarm()
            let reference = LeaseWatchdog { other.fire() }
            reference.set(deadline: .now + .seconds(2))
            reference.start()
            await other.gate.wait()
            #expect(contender.end == nil)
            #expect(alarm.count.withLock(\.self) == 0)
            time.run(for: .seconds(60))
            #expect(contender.end == .released)
        }()
        while remains != nil { await Task.yield() }
        #expect(alarm.count.withLock(\.self) == 0)
    }

    /// Its thread looks at the clock once a second, however often the deadline is moved.
    @Test func renewalsDoNotWakeIt() async {
        let watchdog = LeaseWatchdog {}
        let begin = ContinuousClock.now
        watchdog.set(deadline: begin + .seconds(3600))
        watchdog.start()
        while watchdog.looks == 0 { await Task.yield() }
        for second in 1...10_000 { watchdog.set(deadline: begin + .seconds(3600 + second)) }
        let looks = watchdog.looks
        let seconds = Int(begin.duration(to: .now).components.seconds)
        #expect(looks <= seconds + 2)
        watchdog.finish()
    }

    @Test func withoutATermItSleeps() async {
        let alarm = Alarm()
        let watchdog = LeaseWatchdog { alarm.fire() }
        watchdog.start()
        while watchdog.looks == 0 { await Task.yield() }
        // Two seconds, by another watchdog.
        let reference = LeaseWatchdog { alarm.gate.open() }
        reference.set(deadline: .now + .seconds(2))
        reference.start()
        await alarm.gate.wait()
        #expect(watchdog.looks == 1)
        #expect(alarm.count.withLock(\.self) == 0)
        watchdog.finish()
    }

    @Test func anEarlierDeadlineIsNotSleptOver() async {
        let alarm = Alarm()
        let watchdog = LeaseWatchdog { alarm.fire() }
        let begin = ContinuousClock.now
        watchdog.set(deadline: begin + .seconds(3600))
        watchdog.start()
        while watchdog.looks == 0 { await Task.yield() }
        watchdog.set(deadline: .now)
        await alarm.gate.wait()
        // One a second, however long this took on a busy machine, and the one that the call caused.
        #expect(watchdog.looks <= Int(begin.duration(to: .now).components.seconds) + 3)
    }

    @Test func aLaterDeadlineIsWaitedFor() async {
        let alarm = Alarm()
        let watchdog = LeaseWatchdog { alarm.fire() }
        let begin = ContinuousClock.now
        watchdog.set(deadline: begin + .milliseconds(100))
        watchdog.set(deadline: begin + .milliseconds(600))
        watchdog.start()
        await alarm.gate.wait()
        #expect(begin.duration(to: .now) >= .milliseconds(600))
    }
}

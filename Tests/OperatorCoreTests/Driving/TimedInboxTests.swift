import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

@Suite struct TimedInboxTests {
    private let time = VirtualTime()

    /// Runs a driver that does to its group what `act` says at each input, and notes the inputs.
    private func drive(
        _ inbox: TimedInbox<String, VirtualClock>,
        _ act: @escaping @Sendable (String, inout DiscardingTaskGroup) -> Void = { _, _ in }
    ) -> (task: Task<Void, Never>, seen: Seen) {
        let seen = Seen()
        let task = time.start {
            await withDiscardingTaskGroup { group in
                for await input in inbox.inputs {
                    seen.add(input)
                    act(input, &group)
                }
            }
        }
        return (task, seen)
    }

    private final class Seen: Sendable {
        private let inputs = Mutex<[String]>([])
        var all: [String] { inputs.withLock(\.self) }
        func add(_ input: String) { inputs.withLock { $0.append(input) } }
    }

    private func at(_ seconds: Int) -> VirtualInstant { VirtualInstant(offset: .seconds(seconds)) }

    @Test func inputsComeInTheOrderOfSending() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        inbox.send("a")
        let (_, seen) = drive(inbox)
        inbox.send("b")
        time.settle()
        inbox.send("c")
        time.settle()
        #expect(seen.all == ["a", "b", "c"])
    }

    @Test func anAlarmGoesOffInItsTime() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        let (_, seen) = drive(inbox) { input, group in
            if input == "start" { inbox.wakeUp(at: at(5), with: "alarm", in: &group) }
        }
        inbox.send("start")
        time.run(for: .seconds(4))
        #expect(seen.all == ["start"])
        time.run(for: .seconds(1))
        #expect(seen.all == ["start", "alarm"])
    }

    @Test func anAlarmInThePastGoesOffAtOnce() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        time.run(for: .seconds(10))
        let (_, seen) = drive(inbox) { input, group in
            if input == "start" { inbox.wakeUp(at: at(5), with: "alarm", in: &group) }
        }
        inbox.send("start")
        time.settle()
        #expect(seen.all == ["start", "alarm"])
    }

    @Test func onlyTheNewestAlarmCounts() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        let (_, seen) = drive(inbox) { input, group in
            switch input {
            case "early then late":
                inbox.wakeUp(at: at(1), with: "early", in: &group)
                inbox.wakeUp(at: at(2), with: "late", in: &group)
            case "late then early":
                inbox.wakeUp(at: at(9), with: "late", in: &group)
                inbox.wakeUp(at: at(8), with: "early", in: &group)
            default: break
            }
        }
        inbox.send("early then late")
        time.run(for: .seconds(5))
        inbox.send("late then early")
        time.run(for: .seconds(5))
        #expect(seen.all == ["early then late", "late", "late then early", "early"])
    }

    /// The alarm has gone off and waits in the queue while the driver, at an earlier input, sets another.
    @Test func anAlarmInTheQueueIsReplacedToo() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        let (_, seen) = drive(inbox) { input, group in
            if input == "start" { inbox.wakeUp(at: at(1), with: "old", in: &group) }
            if input == "again" { inbox.wakeUp(at: at(3), with: "new", in: &group) }
        }
        inbox.send("start")
        time.settle()
        inbox.send("again")
        time.pause(for: .seconds(1))
        time.settle()
        #expect(seen.all == ["start", "again"])
        time.run(for: .seconds(2))
        #expect(seen.all == ["start", "again", "new"])
    }

    /// A driver that sets an alarm far ahead at every input must not collect sleepers.
    @Test func aReplacedAlarmStopsSleeping() {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        let (_, seen) = drive(inbox) { _, group in inbox.wakeUp(at: at(3600), with: "alarm", in: &group) }
        for number in 0..<1000 { inbox.send(String(number)) }
        time.settle()
        #expect(seen.all.count == 1000)
        #expect(time.clock.sleeperCount == 1)
    }

    @Test func cancellationEndsTheInputsAndTheAlarm() async {
        let inbox = TimedInbox<String, VirtualClock>(clock: time.clock)
        let (task, seen) = drive(inbox) { _, group in inbox.wakeUp(at: at(5), with: "alarm", in: &group) }
        inbox.send("start")
        time.settle()
        task.cancel()
        time.settle()
        await task.value
        #expect(time.clock.sleeperCount == 0)
        #expect(seen.all == ["start"])
    }
}

import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

/// Finds the address: ``WANDetection/Detector`` in production, a script in tests.
protocol AddressDetecting: Sendable {
    /// One full round; `published` is what holds until now.
    func detect(published: Set<IPAddress>) async -> Verdict
    /// One cheap question.
    func probe() async -> Observation
    /// Follows whatever can say by itself that something has changed, until the task is cancelled, and calls `changed`
    /// each time. Where nothing can, there are only probes.
    func watch(_ changed: @escaping @Sendable () -> Void) async
    /// Where tasks that detect had best run; `nil`: anywhere.
    var executor: (any TaskExecutor)? { get }
}

extension AddressDetecting {
    var executor: (any TaskExecutor)? { nil }

    func watch(_ changed: @escaping @Sendable () -> Void) async {}
}

extension Detector: AddressDetecting {}

/// What became of a publication.
enum PublishResult: Hashable, Sendable {
    case done
    case failed(retryAfter: Duration?)
    /// There is nobody to publish for any more: the loop ends.
    case stop
}

/// Watches the WAN address and publishes it: the driver of a ``PublishingState``.
///
/// The same loop serves a leader, which publishes to the cluster, a standalone process, and an updater that has lost its
/// leader, which both publish to themselves.
struct AddressLoop<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    typealias State = PublishingState<C.Instant>

    private enum Input: Sendable {
        case state(State.Input)
        case stop
    }

    let settings: PublishingSettings
    let detector: any AddressDetecting
    let clock: C
    let wallClock: @Sendable () -> Timestamp
    /// For the liveness check.
    var pulse = LoopPulse()
    /// Called with what was found out; must not block.
    let tell: @Sendable (AddressNews) -> Void
    /// Called with each verdict, for the status page; must not block.
    let decided: @Sendable (Verdict) -> Void
    let publish: @Sendable (PublishedAddress) async -> PublishResult

    /// Works until the task is cancelled or a publication says to stop.
    ///
    /// - Parameter previous: what was published before; its address holds until a quorum says otherwise.
    func run(previous: PublishedAddress, leader: String) async {
        await withTaskExecutorPreference(detector.executor) { await follow(previous, leader: leader) }
    }

    private func follow(_ previous: PublishedAddress, leader: String) async {
        var state = State(settings: settings, previous: previous, leader: leader, now: clock.now)
        let inbox = TimedInbox<Input, C>(clock: clock)
        defer { pulse.woke() }
        await withDiscardingTaskGroup { group in
            group.addTask { await detector.watch { inbox.send(.state(.sourceChanged)) } }
            perform(state.start(at: clock.now), inbox: inbox, in: &group)
            loop: for await input in inbox.inputs {
                switch input {
                case .stop: break loop
                case .state(let input):
                    if case .timerFired = input { pulse.woke() }
                    if case .decided(let verdict) = input { decided(verdict) }
                    let actions = state.handle(input, at: clock.now, wallClock: wallClock())
                    perform(actions, inbox: inbox, in: &group)
                }
            }
            group.cancelAll()
        }
    }

    private func perform(
        _ actions: [State.Action], inbox: TimedInbox<Input, C>, in group: inout DiscardingTaskGroup
    ) {
        for action in actions {
            switch action {
            case .wakeUp(let instant):
                pulse.sleeps(for: clock.now.duration(to: instant))
                inbox.wakeUp(at: instant, with: .state(.timerFired), in: &group)
            case .tell(let news):
                tell(news)
            case .probe:
                group.addTask {
                    let observation = await pulse.step("a look at the address") { await detector.probe() }
                    inbox.send(.state(.probed(observation)))
                }
            case .detect(let held):
                group.addTask {
                    let verdict = await pulse.step("a round of detection") {
                        await detector.detect(published: Set(held?.addresses ?? []))
                    }
                    inbox.send(.state(.decided(verdict)))
                }
            case .publish(let content):
                group.addTask {
                    switch await pulse.step("the publication of the address", { await publish(content) }) {
                    case .done: inbox.send(.state(.published))
                    case .failed(let retryAfter): inbox.send(.state(.publishFailed(retryAfter: retryAfter)))
                    case .stop: inbox.send(.stop)
                    }
                }
            }
        }
    }
}

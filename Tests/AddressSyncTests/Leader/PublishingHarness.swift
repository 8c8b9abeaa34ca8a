import NetworkPrimitives
import StatusServer
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

/// Plays the driver of a ``PublishingState``: keeps what it asked for until the test answers, and its one timer.
struct PublishingHarness {
    typealias State = PublishingState<VirtualInstant>

    enum Asked: Equatable {
        case probe
        case detect(AddressSet?)
    }

    private(set) var state: State
    private(set) var now = VirtualInstant.start
    private(set) var alarm: VirtualInstant?
    /// What is being looked for at the moment; `nil`: nothing.
    private(set) var asked: Asked?
    /// What is being published at the moment.
    private(set) var publishing: PublishedAddress?
    private(set) var publications: [(time: VirtualInstant, content: PublishedAddress)] = []
    private(set) var news: [AddressNews] = []
    private(set) var rounds = 0
    private(set) var probes = 0

    init(previous: PublishedAddress = PublishedAddress(), settings: PublishingSettings = PublishingSettings()) {
        state = State(settings: settings, previous: previous, leader: "me", now: .start)
        perform(state.start(at: now))
    }

    /// A leader that has confirmed and published an address, at rest.
    static func leading(with address: AddressSet = addressA) -> PublishingHarness {
        var harness = PublishingHarness()
        harness.decide(.confirmed(address))
        harness.publish()
        return harness
    }

    private mutating func perform(_ actions: [State.Action]) {
        for action in actions {
            switch action {
            case .probe:
                #expect(asked == nil, "two questions at once")
                asked = .probe
                probes += 1
            case .detect(let address):
                #expect(asked == nil, "two questions at once")
                asked = .detect(address)
                rounds += 1
            case .publish(let content):
                #expect(publishing == nil, "two publications at once")
                publishing = content
                publications.append((now, content))
            case .wakeUp(let instant):
                #expect(instant >= now)
                alarm = instant
            case .tell(let item):
                news.append(item)
            }
        }
    }

    private mutating func give(_ input: State.Input) {
        perform(state.handle(input, at: now, wallClock: wallTime(now.offset.components.seconds)))
    }

    mutating func decide(_ verdict: Verdict) {
        asked = nil
        give(.decided(verdict))
    }

    mutating func probe(_ observation: Observation) {
        asked = nil
        give(.probed(observation))
    }

    mutating func publish() {
        publishing = nil
        give(.published)
    }

    mutating func failToPublish(retryAfter: Duration? = nil) {
        publishing = nil
        give(.publishFailed(retryAfter: retryAfter))
    }

    /// Lets time pass without the timer.
    mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

    /// Lets the timer fire at its time.
    ///
    /// - Returns: how much time that took.
    @discardableResult
    mutating func wake() throws -> Duration {
        let alarm = try #require(alarm)
        let waited = now.duration(to: alarm)
        self.alarm = nil
        now = max(now, alarm)
        give(.timerFired)
        return waited
    }

    /// Answers everything in the same way until that time.
    mutating func run(until end: VirtualInstant, verdict: Verdict, probes: (Int) -> Observation) throws {
        while true {
            if asked == .probe {
                probe(probes(self.probes))
            } else if asked != nil {
                decide(verdict)
            } else if publishing != nil {
                publish()
            } else {
                guard let alarm, alarm <= end else { return }
                try wake()
            }
        }
    }
}

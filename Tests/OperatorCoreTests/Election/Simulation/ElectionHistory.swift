@testable import OperatorCore

/// What happened in a simulated election, in true time and in order. ``ElectionRules`` says whether it was allowed to.
struct ElectionHistory: Sendable, Hashable {
    /// Somebody who runs for leadership: one process, which never comes back under the same name.
    struct Participant: Sendable, Hashable {
        var name: String
        var identity: String
        /// Seconds of its clock in a true one.
        var rate: Double
        var renewDeadline: Duration
    }

    /// A Lease as it was stored.
    struct LeaseChange: Sendable, Hashable {
        /// Name of the participant; `nil`: somebody with a right to, past all rules.
        var author: String?
        var holder: String
        var seconds: Int
        var version: Int
        var sent: Duration
        var at: Duration
    }

    /// A fenced write as it was stored.
    struct MapChange: Sendable, Hashable {
        var author: String
        var epoch: Epoch
        var version: Int
        /// By a POST, which has no earlier version to be compared with.
        var isCreation: Bool
        var sent: Duration
        var at: Duration
    }

    enum Event: Sendable, Hashable {
        case joined(Participant)
        /// Who could lead, by the word of each, from one look to the last one that showed the same.
        case believing([String], from: Duration, until: Duration)
        /// A leading work has begun.
        case began(String, Epoch, at: Duration)
        /// A participant heard that its write of the Lease was stored.
        case granted(String, sent: Duration, version: Int, at: Duration)
        /// A participant that believed to lead was told of a Lease that names another.
        case shown(String, holder: String, version: Int, at: Duration)
        /// A participant sends a fenced write; whether it believes to lead.
        case sending(String, believes: Bool, at: Duration)
        case leaseStored(LeaseChange)
        case mapStored(MapChange)
        case leaseDeleted(at: Duration)
        case mapDeleted(at: Duration)
        /// Nothing goes wrong from here on; one has to lead, and to write, from `settled` to `end`.
        case healed(settled: Duration, end: Duration)
        /// What was done to them, for whoever reads a failing history.
        case disturbance(String, at: Duration)
    }

    private(set) var events: [Event] = []
    /// Where the belief stands that may still go on.
    private var belief: Int?

    mutating func add(_ event: Event) {
        if case .shown = event { belief = nil }
        events.append(event)
    }

    /// Notes who can lead now.
    mutating func look(_ names: [String], at time: Duration) {
        if let belief, case .believing(names, let from, _) = events[belief] {
            events[belief] = .believing(names, from: from, until: time)
        } else {
            belief = events.count
            events.append(.believing(names, from: time, until: time))
        }
    }

    var participants: [String: Participant] {
        var participants: [String: Participant] = [:]
        for case .joined(let participant) in events { participants[participant.name] = participant }
        return participants
    }

    /// How many terms there were.
    var terms: Int { events.count { if case .began = $0 { true } else { false } } }
    /// How many fenced writes were stored.
    var writes: Int { events.count { if case .mapStored = $0 { true } else { false } } }
}

@testable import OperatorCore

/// What happened in an election, and whether it was allowed to happen.
struct ElectionHistory: Sendable, Hashable {
    enum Event: Sendable, Hashable {
        /// Who could lead at that moment, by the word of each elector.
        case leading([String], at: Duration)
        /// A leading work has begun.
        case began(String, Epoch, at: Duration)
        /// A fenced write landed in the store.
        case landed(Epoch, version: Int)
    }

    private(set) var events: [Event] = []

    /// Notes the event, unless it repeats the last of its kind.
    mutating func add(_ event: Event) {
        if case .leading(let leaders, _) = event {
            for case .leading(let before, _) in events.reversed() {
                if before == leaders { return }
                break
            }
        }
        events.append(event)
    }

    /// Every rule that was broken, as a sentence.
    ///
    /// - Parameter leasesWereDeleted: a deleted Lease may be taken by another while its holder still leads, or is yet to hear
    ///   that it acquired it. Only the fence holds then, whatever the order in which the terms began.
    func violations(leasesWereDeleted: Bool = false) -> [String] {
        var violations: [String] = []
        var lastBegun: (name: String, epoch: Epoch)?
        var lastLanded: Epoch?
        for event in events {
            switch event {
            case .leading(let leaders, let time):
                if leaders.count > 1, !leasesWereDeleted {
                    violations.append("\(leaders.joined(separator: " and ")) led at \(time)")
                }
            case .began(let name, let epoch, let time):
                if let last = lastBegun, epoch <= last.epoch, !leasesWereDeleted {
                    violations.append(
                        "\(name) began with epoch \(epoch) at \(time), after \(last.name) with \(last.epoch)")
                }
                lastBegun = (name, epoch)
            case .landed(let epoch, let version):
                if let last = lastLanded, epoch < last {
                    violations.append("a write of epoch \(epoch) landed as version \(version), after one of \(last)")
                }
                lastLanded = epoch
            }
        }
        return violations
    }

    /// How many terms there were.
    var terms: Int { events.count { if case .began = $0 { true } else { false } } }
    /// How many writes landed.
    var writes: Int { events.count { if case .landed = $0 { true } else { false } } }
}

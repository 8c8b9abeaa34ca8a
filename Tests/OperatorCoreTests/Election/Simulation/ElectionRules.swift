@testable import OperatorCore

/// Finds in a history what must not happen. Knows nothing of how electors work: only what was believed, sent and stored, and
/// when, in true time.
struct ElectionRules {
    enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Two believe to lead at one moment.
        case overlap
        /// A term begins with an epoch that is not higher than the one before.
        case epochOrder
        /// A fenced write is stored after one of a later epoch.
        case writeOrder
        /// A fenced write is sent by one who does not lead.
        case writeAfterTerm
        /// One goes on leading although it was told that another holds the Lease.
        case besideAnother
        /// A Lease is taken from a holder before its time is over by the taker's clock.
        case takenEarly
        /// A Lease is emptied by one who does not hold it before its time is over, or given to a third.
        case takenAway
        /// One leads for longer than a renewal grants, counted from when that was sent.
        case tooLong
        /// Everything works again, but nobody leads, or leadership changes, or nothing is written.
        case noProgress
    }

    struct Violation: Sendable, Hashable, CustomStringConvertible {
        var rule: Rule
        var what: String
        /// Where in the history.
        var index: Int
        var description: String { "\(rule.rawValue): \(what)" }
    }

    private let events: [ElectionHistory.Event]
    private let participants: [String: ElectionHistory.Participant]
    private var violations: [Violation] = []

    /// What rounding and one look at a time may cost.
    private static let tolerance: Duration = .milliseconds(1)

    private init(_ history: ElectionHistory) {
        events = history.events
        participants = history.participants
    }

    static func violations(in history: ElectionHistory) -> [Violation] {
        var rules = ElectionRules(history)
        rules.checkTerms()
        rules.checkGrants()
        rules.checkLease()
        rules.checkWrites()
        rules.checkProgress()
        return rules.violations.sorted { $0.index < $1.index }
    }

    private mutating func complain(_ rule: Rule, at index: Int, _ what: String) {
        violations.append(Violation(rule: rule, what: what, index: index))
    }

    // MARK: Who believes to lead

    /// Overlaps, the order of epochs, and leading beside another.
    ///
    /// Whoever deletes a Lease that somebody holds lets another acquire it at once, while the holder has yet to find out: by
    /// then its term has been over. Until then, and no longer, only the fence holds.
    private mutating func checkTerms() {
        var deletions: [Duration] = []
        for case .leaseDeleted(let time) in events { deletions.append(time) }
        let longest = participants.values.map { $0.renewDeadline / $0.rate }.max() ?? .zero
        func isExcused(from: Duration, until: Duration) -> Bool {
            deletions.contains { $0 <= from && until <= $0 + longest + Self.tolerance }
        }
        var lastBegun: (name: String, epoch: Epoch)?
        var granted: [String: Int] = [:]
        var shown: [String: (holder: String, version: Int)] = [:]
        for (index, event) in events.enumerated() {
            switch event {
            case .believing(let names, let from, let until):
                if names.count > 1, !isExcused(from: from, until: until) {
                    complain(
                        .overlap, at: index, "\(names.joined(separator: " and ")) led from \(from) to \(until)")
                }
                for name in names {
                    if let other = shown.removeValue(forKey: name), other.version > granted[name] ?? 0 {
                        complain(
                            .besideAnother, at: index,
                            "\(name) led at \(from) although told of \(other.holder), version \(other.version)")
                    }
                }
            case .began(let name, let epoch, let time):
                if let last = lastBegun, epoch <= last.epoch, !isExcused(from: time, until: time) {
                    complain(
                        .epochOrder, at: index,
                        "\(name) began with epoch \(epoch) at \(time), after \(last.name) with \(last.epoch)")
                }
                lastBegun = (name, epoch)
            case .granted(let name, _, let version, _):
                granted[name] = max(version, granted[name] ?? 0)
            case .shown(let name, let holder, let version, _):
                if version > granted[name] ?? 0 { shown[name] = (holder, version) }
            default: break
            }
        }
    }

    /// Nobody leads for longer than its last successful renewal grants, counted from when that was sent.
    private mutating func checkGrants() {
        var limits: [String: Duration] = [:]
        var beliefs: [String: (index: Int, from: Duration, until: Duration)] = [:]
        // A belief goes on while renewals come in: it is checked piece by piece, up to each renewal and to its end.
        func check(_ name: String, upTo time: Duration) -> (Int, String)? {
            guard let belief = beliefs[name], belief.from <= time else { return nil }
            let end = min(belief.until, time)
            guard let limit = limits[name] else {
                return (belief.index, "\(name) led without ever being granted a term")
            }
            guard end > limit + Self.tolerance else { return nil }
            return (belief.index, "\(name) led until \(end), but its term ended at \(limit)")
        }
        for (index, event) in events.enumerated() {
            switch event {
            case .granted(let name, let sent, _, let time):
                if let (place, what) = check(name, upTo: time) { complain(.tooLong, at: place, what) }
                if let participant = participants[name] {
                    limits[name] = max(sent + participant.renewDeadline / participant.rate, limits[name] ?? .zero)
                }
            case .believing(let names, let from, let until):
                for name in beliefs.keys.sorted() {
                    if let (place, what) = check(name, upTo: from) { complain(.tooLong, at: place, what) }
                }
                beliefs = [:]
                for name in names { beliefs[name] = (index, from, until) }
            default: break
            }
        }
        for name in beliefs.keys.sorted() {
            if let (place, what) = check(name, upTo: .seconds(Int64.max / 2)) { complain(.tooLong, at: place, what) }
        }
    }

    // MARK: What is stored

    /// A Lease changes hands when it is free, or when it has expired by the clock of whoever takes it.
    private mutating func checkLease() {
        var stored: ElectionHistory.LeaseChange?
        for (index, event) in events.enumerated() {
            switch event {
            case .leaseDeleted: stored = nil
            case .leaseStored(let change):
                defer { stored = change }
                guard let author = change.author, let participant = participants[author], let before = stored,
                    !before.holder.isEmpty, before.holder != participant.identity
                else { continue }
                let waited = change.sent - before.at
                let due = Duration.seconds(before.seconds) / participant.rate
                let isExpired = waited + Self.tolerance >= due
                // One that is stopping may empty what it could have taken, so that its own write from before comes too late.
                if change.holder != participant.identity, !(change.holder.isEmpty && isExpired) {
                    complain(
                        .takenAway, at: index,
                        "\(author) took the Lease from \(before.holder) and gave it to '\(change.holder)'")
                } else if !isExpired {
                    complain(
                        .takenEarly, at: index,
                        "\(author) took the Lease \(waited) after \(before.holder) had renewed it; due after \(due)")
                }
            default: break
            }
        }
    }

    /// Fenced writes are sent by leaders, and stored in the order of epochs.
    ///
    /// Nothing can be compared with an object that was deleted: a creation that was under way at that time may still land.
    private mutating func checkWrites() {
        var last: ElectionHistory.MapChange?
        var deletion: Duration?
        for (index, event) in events.enumerated() {
            switch event {
            case .mapDeleted(let time): deletion = time
            case .sending(let name, let believes, let time):
                if !believes { complain(.writeAfterTerm, at: index, "\(name) sent a write at \(time), not leading") }
            case .mapStored(let change):
                defer { last = change }
                guard let last, change.epoch < last.epoch else { continue }
                if change.isCreation, let deletion, change.sent <= deletion { continue }
                complain(
                    .writeOrder, at: index,
                    "a write of epoch \(change.epoch) was stored as \(change.version), after one of \(last.epoch)")
            default: break
            }
        }
    }

    private mutating func checkProgress() {
        guard let place = events.lastIndex(where: { if case .healed = $0 { true } else { false } }),
            case .healed(let settled, let end) = events[place]
        else { return }
        var leaders: Set<[String]> = []
        var writers: Set<String> = []
        for event in events {
            switch event {
            case .believing(let names, let from, let until) where until >= settled && from <= end:
                leaders.insert(names)
            case .mapStored(let change) where change.at >= settled: writers.insert(change.author)
            default: break
            }
        }
        if leaders.count != 1 || leaders.first?.count != 1 || [Array(writers)] != Array(leaders) {
            complain(
                .noProgress, at: place,
                "from \(settled) to \(end) there led \(leaders.sorted { $0.count < $1.count }) and wrote \(writers.sorted())"
            )
        }
    }
}

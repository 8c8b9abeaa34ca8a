/// A line of an elector's output.
public struct LeadershipEvent: Sendable, Hashable, Comparable {
    public enum Kind: String, Sendable, Hashable {
        case leading, stopped
    }

    public var kind: Kind
    public var identity: String
    /// Unix time in nanoseconds.
    public var time: UInt64

    public init(_ kind: Kind, identity: String, at time: UInt64) {
        self.kind = kind
        self.identity = identity
        self.time = time
    }

    /// `<Unix time in ns> leading|stopped IDENTITY`; `nil` for every other line.
    init?(line: String) {
        let words = line.split(separator: " ")
        guard words.count == 3, let time = UInt64(words[0]), let kind = Kind(rawValue: String(words[1])) else {
            return nil
        }
        self.init(kind, identity: String(words[2]), at: time)
    }

    public static func < (a: LeadershipEvent, b: LeadershipEvent) -> Bool { a.time < b.time }
}

/// Who led when, put together from what all electors of one Lease have said.
public struct LeadershipTimeline: Sendable {
    public struct Term: Sendable, Hashable {
        public var identity: String
        public var begin: UInt64
        /// `nil`: it goes on.
        public var end: UInt64?
    }

    /// In the order of their beginnings.
    public let terms: [Term]

    public init(_ events: [LeadershipEvent]) {
        var terms: [Term] = []
        for event in events.sorted() {
            let last = terms.lastIndex { $0.identity == event.identity && $0.end == nil }
            switch event.kind {
            case .leading where last == nil: terms.append(Term(identity: event.identity, begin: event.time))
            case .stopped: if let last { terms[last].end = event.time }
            default: break
            }
        }
        self.terms = terms
    }

    /// Every pair of terms that overlap, and by how many nanoseconds; `nil`: both go on.
    public var overlaps: [(first: Term, second: Term, by: UInt64?)] {
        var overlaps: [(Term, Term, UInt64?)] = []
        for (index, first) in terms.enumerated() {
            for second in terms[(index + 1)...] where first.end.map({ $0 > second.begin }) ?? true {
                let end = [first.end, second.end].compactMap(\.self).min()
                overlaps.append((first, second, end.map { $0 - second.begin }))
            }
        }
        return overlaps
    }
}

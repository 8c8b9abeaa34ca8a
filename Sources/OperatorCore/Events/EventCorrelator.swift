/// Decides what becomes of an event: posted as a new one, counted onto one that was posted before, or dropped.
///
/// A value without I/O and bounded memory. Instants are durations on one timeline.
struct EventCorrelator: Sendable {
    /// What is to be told about an object.
    struct Note: Sendable, Hashable {
        /// The object's type, name, `uid` and so on, as an event names it.
        var involved: JSONValue
        var namespace: String
        var severity: Event.Severity
        var reason: String
        var message: String
        var time: MicroTime
        /// Stands for many that differ in their messages only.
        var isCombined = false

        /// The object, whatever its version.
        var object: JSONValue {
            var object = involved
            object["resourceVersion"] = nil
            return object
        }
    }

    enum Decision: Sendable, Hashable {
        /// Post it under a new name, which ``posted(_:as:)`` tells.
        case create(Note)
        /// Seen before: raise the count of that event.
        case count(Note, name: String, count: Int64)
        /// Too many.
        case drop
    }

    private struct Similar: Hashable {
        var object: JSONValue
        var severity: Event.Severity
        var reason: String
    }

    private struct Posted {
        var name: String?
        var count: Int64
        var at: Duration
    }

    private struct Group {
        /// Different messages, up to one more than is allowed.
        var messages: Set<String>
        var at: Duration
    }

    private struct Bucket {
        var tokens: Double
        var at: Duration
    }

    private let settings: EventSettings
    private var posted: [Note: Posted] = [:]
    private var groups: [Similar: Group] = [:]
    private var buckets: [JSONValue: Bucket] = [:]

    init(settings: EventSettings) { self.settings = settings }

    /// How much is remembered at present.
    var remembered: Int { posted.count + groups.count + buckets.count }

    /// What to do with an event.
    mutating func decide(_ note: Note, at now: Duration) -> Decision {
        guard takeToken(for: note.object, at: now) else { return .drop }
        var note = note
        if isOneOfTooMany(note, at: now) {
            note.isCombined = true
            note.message = "(combined from similar events): \(note.message)"
        }
        let key = Self.key(of: note)
        if var known = posted[key], let name = known.name, now - known.at < settings.window {
            known.count += 1
            known.at = now
            posted[key] = known
            return .count(note, name: name, count: known.count)
        }
        posted[key] = Posted(name: nil, count: 1, at: now)
        if posted.count > settings.memory, let oldest = posted.min(by: { $0.value.at < $1.value.at }) {
            posted[oldest.key] = nil
        }
        return .create(note)
    }

    /// The event was posted under that name; `nil`: it was not, or is gone.
    mutating func posted(_ note: Note, as name: String?, at now: Duration) {
        let key = Self.key(of: note)
        posted[key] = name.map { Posted(name: $0, count: 1, at: now) }
    }

    /// Equal events have equal keys, whenever they happened. Combined ones are equal whatever they say.
    private static func key(of note: Note) -> Note {
        var key = note
        key.involved = note.object
        key.time = MicroTime(microsecondsSinceEpoch: 0)
        if note.isCombined { key.message = "" }
        return key
    }

    private mutating func isOneOfTooMany(_ note: Note, at now: Duration) -> Bool {
        let key = Similar(object: note.object, severity: note.severity, reason: note.reason)
        var group = groups[key] ?? Group(messages: [], at: now)
        if now - group.at >= settings.window { group.messages = [] }
        group.at = now
        if group.messages.count <= settings.maximumSimilar { group.messages.insert(note.message) }
        groups[key] = group
        if groups.count > settings.memory, let oldest = groups.min(by: { $0.value.at < $1.value.at }) {
            groups[oldest.key] = nil
        }
        return group.messages.count > settings.maximumSimilar
    }

    /// A bucket per object, which fills up slowly.
    private mutating func takeToken(for object: JSONValue, at now: Duration) -> Bool {
        var bucket = buckets[object] ?? Bucket(tokens: Double(settings.burst), at: now)
        bucket.tokens = min(Double(settings.burst), bucket.tokens + (now - bucket.at) / settings.refill)
        bucket.at = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[object] = bucket
        if buckets.count > settings.memory, let oldest = buckets.min(by: { $0.value.at < $1.value.at }) {
            buckets[oldest.key] = nil
        }
        return isAllowed
    }
}

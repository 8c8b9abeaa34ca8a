/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: `2026-11-22T19:12:35.123Z info  leader  address confirmed  address=198.51.100.7`.
    case text
    /// For programs: one JSON object per line, with the keys `time`, `level`, `logger`, `message` and the metadata.
    case json
}

/// How a piece of text stands out on a terminal that shows colours.
public enum Tone: Hashable, Sendable {
    case plain, quiet, good, warning, bad, heading

    /// The escape sequence that begins it (ECMA-48, SGR).
    private var sequence: String {
        switch self {
        case .plain: ""
        case .quiet: "\u{1B}[2m"
        case .good: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .bad: "\u{1B}[31m"
        case .heading: "\u{1B}[1m"
        }
    }

    /// The text in this tone; as it is where colours are not wanted.
    public func painted(_ text: String, isColored: Bool) -> String {
        isColored && self != .plain ? "\(sequence)\(text)\u{1B}[0m" : text
    }
}

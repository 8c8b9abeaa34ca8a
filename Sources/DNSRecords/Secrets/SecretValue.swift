/// A token, a key or a password. It prints as `<redacted>` everywhere, also in dumps and in string interpolation.
public struct SecretValue: Hashable, Sendable {
    private let text: String

    /// - Parameter text: the secret without surrounding white space.
    public init(_ text: String) { self.text = text }

    /// The secret itself, for the one place that sends it or computes with it.
    public var exposed: String { text }

    /// `message` with the secret replaced wherever it occurs, for text that somebody else wrote.
    public func redacted(in message: String) -> String {
        guard !text.isEmpty else { return message }
        var result = ""
        var rest = message[...]
        while let start = rest.indices.first(where: { rest[$0...].hasPrefix(text) }) {
            result += rest[..<start] + description
            rest = rest[start...].dropFirst(text.count)
        }
        return result + rest
    }
}

extension SecretValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

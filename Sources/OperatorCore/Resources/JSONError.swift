/// Why a text is not a JSON document that this library accepts, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong; never contains text of the document.
    public var reason: String
    /// Position of the fault in bytes from the start of the text.
    public var offset: Int

    public init(_ reason: String, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason), at byte \(offset)" }
}

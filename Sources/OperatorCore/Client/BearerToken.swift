/// A bearer token (RFC 6750) that does not print itself.
public struct BearerToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    let value: String

    /// White space around the text is dropped. `nil` where nothing is left, or where something is left that cannot stand
    /// in a header: a token with a line break inside would let its writer add headers.
    public init?(_ text: some StringProtocol) {
        let white: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        var bytes = Substring(text).utf8
        while let byte = bytes.first, white.contains(byte) { bytes.removeFirst() }
        while let byte = bytes.last, white.contains(byte) { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        value = String(decoding: bytes, as: UTF8.self)
    }

    public var description: String { "(bearer token)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

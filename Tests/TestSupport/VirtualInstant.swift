/// A point on a time line that only tests move.
public struct VirtualInstant: InstantProtocol, CustomStringConvertible {
    /// Time since the line began.
    public var offset: Duration

    public init(offset: Duration = .zero) { self.offset = offset }

    public static let start = VirtualInstant()
    public static func seconds(_ seconds: Double) -> VirtualInstant { VirtualInstant(offset: .seconds(seconds)) }
    public static func milliseconds(_ milliseconds: Double) -> VirtualInstant {
        VirtualInstant(offset: .milliseconds(milliseconds))
    }

    public func advanced(by duration: Duration) -> VirtualInstant { VirtualInstant(offset: offset + duration) }
    public func duration(to other: VirtualInstant) -> Duration { other.offset - offset }
    public static func < (a: VirtualInstant, b: VirtualInstant) -> Bool { a.offset < b.offset }
    public var description: String { "\(offset)" }
}

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The time of day, only for protocols that have it in their messages; everything else measures with a monotonic clock.
public struct WallClock: Sendable {
    private let read: @Sendable () -> UInt64

    /// - Parameter secondsSinceEpoch: whole seconds since 1970-01-01 UTC.
    public init(secondsSinceEpoch: @escaping @Sendable () -> UInt64) { read = secondsSinceEpoch }

    /// The operating system's clock.
    public static let system = WallClock { UInt64(max(0, Date().timeIntervalSince1970)) }

    public var secondsSinceEpoch: UInt64 { read() }
}

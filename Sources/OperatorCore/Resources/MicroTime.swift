#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A wall-clock instant in the API server's `MicroTime` form: `2026-01-02T03:04:05.000006Z`.
///
/// Exactly six digits follow the point; the server refuses any other number of them. Instants are for people and for
/// the wire; nothing in this library measures time with them, since wall clocks jump.
public struct MicroTime: Hashable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before.
    public let microsecondsSinceEpoch: Int64

    /// An instant within the years 1 to 9999, which the text form can express; others are moved to the nearer end.
    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = min(max(microsecondsSinceEpoch, Self.earliest), Self.latest)
    }

    private static let earliest: Int64 = -62_135_596_800_000_000
    private static let latest: Int64 = 253_402_300_799_999_999

    /// The operating system's wall clock, now.
    public static func now() -> MicroTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return MicroTime(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// The instant that is `duration` later, or earlier where it is negative.
    public func advanced(by duration: Duration) -> MicroTime {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (offset, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        let (sum, beyond) = microsecondsSinceEpoch.addingReportingOverflow(offset)
        if overflow || carried || beyond {
            return MicroTime(microsecondsSinceEpoch: seconds < 0 ? Self.earliest : Self.latest)
        }
        return MicroTime(microsecondsSinceEpoch: sum)
    }

    /// How much later `other` is; negative where it is earlier.
    public func duration(to other: MicroTime) -> Duration {
        .microseconds(other.microsecondsSinceEpoch - microsecondsSinceEpoch)
    }
}

extension MicroTime: Comparable {
    public static func < (a: MicroTime, b: MicroTime) -> Bool { a.microsecondsSinceEpoch < b.microsecondsSinceEpoch }
}

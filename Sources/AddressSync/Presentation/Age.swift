import StatusServer

/// How long ago something was, in the largest unit that says enough.
enum Age {
    /// - Parameter seconds: negative where two clocks differ, which counts as now.
    static func text(seconds: Int64) -> String {
        switch seconds {
        case ..<1: "now"
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    static func text(from time: Timestamp, to now: Timestamp) -> String {
        text(seconds: now.secondsSinceEpoch - time.secondsSinceEpoch)
    }
}

public import NIOCore

/// When a question to one server is sent and given up.
public struct AskingSchedule: Sendable, Hashable {
    /// Over UDP, counted from the first send. Retransmissions are byte-identical.
    public var sendTimes: [TimeAmount]
    /// From the call: name resolution, connecting and reading share it.
    public var deadline: TimeAmount

    public init(sendTimes: [TimeAmount], deadline: TimeAmount) {
        self.sendTimes = sendTimes
        self.deadline = deadline
    }

    /// Sends at 0, 500 and 1500 ms, the first steps of RFC 8489 section 6.2.1, and gives up at 3 s.
    public static let standard = AskingSchedule(
        sendTimes: [.zero, .milliseconds(500), .milliseconds(1500)], deadline: .seconds(3))
}

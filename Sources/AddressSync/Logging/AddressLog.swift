import Logging
import NetworkPrimitives
import WANDetection

/// Says what was found out about the address of one family, one line for each decision and why it was made.
struct AddressLog: Sendable {
    let family: IPAddress.Family
    let logger: Logger
    let failures: FailureLog

    private var topic: String { "address \(family.rawValue)" }
    private var secondRound: String { "second round \(family.rawValue)" }

    func tell(_ news: AddressNews) {
        switch news {
        case .probeDiffers(let observation, let held):
            // A source that lies, or is behind another line, says so again and again.
            failures.failed(
                Self.topic(of: observation), saying: "a probe saw another address, asking for a quorum",
                because: "\(observation)", level: .info, details: ["held": "\(held?.description ?? "none")"])
        case .probeFailed(let observation):
            failures.failed(
                Self.topic(of: observation), saying: "a probe failed, asking for a quorum", because: "\(observation)",
                level: .info)
        case .probeAgrees(let observation):
            failures.passed(
                Self.topic(of: observation), saying: "a probe agrees again", details: ["vote": "\(observation)"])
        case .changed(let before, let after, let verdict):
            failures.passed(topic, saying: "the WAN address is confirmed again")
            failures.forget(secondRound)
            logger.notice(
                "the WAN address changed",
                metadata: [
                    "from": "\(before?.description ?? "none")", "to": "\(after?.description ?? "none")",
                    "because": "\(verdict)", "votes": "\(verdict.votesSummary())",
                ])
        case .confirmedAgain(let verdict):
            if failures.isFailing(topic) {
                failures.passed(
                    topic, saying: "the WAN address is confirmed again", details: ["because": "\(verdict)"])
            } else {
                logger.info("the WAN address is confirmed", metadata: ["because": "\(verdict)"])
            }
        case .unconfirmed(let verdict, let held):
            let details: Logger.Metadata = [
                "held": "\(held?.description ?? "none")", "votes": "\(verdict.votesSummary())",
                "family": "\(family.rawValue)",
            ]
            if case .unconfirmed(.awaitingSecondRound) = verdict.condition {
                // Where there are only unauthenticated sources, every change needs two rounds.
                failures.failed(
                    secondRound, saying: "the address is held until a second round",
                    because: "\(verdict)", level: .info, details: details)
            } else {
                failures.failed(
                    topic, saying: "the address is not confirmed, nothing is changed", because: "\(verdict)",
                    details: details)
            }
        }
    }

    private static func topic(of observation: Observation) -> String { "probe of \(observation.source)" }
}

import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

/// Finds the address of one family of this very node, for records that are the node's own. No leader has a say in it.
struct NodeAddressWatch: Sendable {
    let family: IPAddress.Family
    let node: String
    let publishing: PublishingSettings
    let detector: any AddressDetecting
    let log: AddressLog
    var pulse = LoopPulse()
    /// Called with what the node's records should hold; must not block.
    let desire: @Sendable (RecordState<ContinuousClock.Instant>.Desired) -> Void

    /// Until cancelled.
    func run() async {
        let loop = AddressLoop(
            settings: publishing, detector: detector, clock: ContinuousClock(), wallClock: { Timestamp.now() },
            pulse: pulse,
            tell: { log.tell($0) },
            decided: { _ in },
            publish: { content in
                if let addresses = content.confirmedAddresses {
                    desire(
                        .init(
                            addresses: addresses,
                            generation: Generation(epoch: Epoch(rawValue: 1), heartbeat: content.heartbeat),
                            origin: .ownDetection))
                }
                return .done
            })
        await loop.run(previous: PublishedAddress(family: family), leader: node)
    }
}

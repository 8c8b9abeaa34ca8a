import DNSRecords
import NetworkPrimitives
import StatusServer
import WANDetection

/// One thing that people are notified of. No text in it contains a secret.
struct Announcement: Hashable, Sendable {
    /// What happened. The words are part of what is sent, and of the setting `NOTIFY_EVENTS`.
    enum Kind: String, CaseIterable, Hashable, Sendable {
        case addressChanged = "address-changed"
        /// For as long as `NOTIFY_AFTER`.
        case addressUnconfirmed = "address-unconfirmed"
        case addressConfirmed = "address-confirmed"
        case recordWritten = "record-written"
        /// For as long as `NOTIFY_AFTER`.
        case recordFailing = "record-failing"
        case recordRecovered = "record-recovered"

        /// `info`, or `warning` where something does not work.
        var severity: String {
            switch self {
            case .addressUnconfirmed, .recordFailing: "warning"
            case .addressChanged, .addressConfirmed, .recordWritten, .recordRecovered: "info"
            }
        }
    }

    var kind: Kind
    /// One sentence.
    var message: String
    var time: Timestamp
    /// Name of the node that says so.
    var source: String
    /// `ipv4` or `ipv6`.
    var family = ""
    /// Several are between commas.
    var address = ""
    var previous = ""
    /// Such as `home.example.com A`.
    var record = ""
    var provider = ""
    var reason = ""
    /// Since when it does not work, or did not.
    var since: Timestamp?
}

extension Announcement {
    /// - Returns: `nil` for what nobody is notified of.
    init?(
        _ announcement: AddressAnnouncement, family: IPAddress.Family, source: String, time: Timestamp = .now()
    ) {
        switch announcement {
        case .changed(let before, let after, let verdict):
            let message =
                before.map { "The WAN address changed from \($0) to \(after)." }
                ?? "The WAN address is \(after), the first that was found."
            self.init(kind: .addressChanged, message: message, time: time, source: source)
            (address, previous) = (after.description, before?.description ?? "")
            reason = verdict.description
        case .unconfirmed(let since, let held, let verdict):
            let kept = held.map { "\($0) is kept" } ?? "there is none to publish"
            self.init(
                kind: .addressUnconfirmed,
                message: "The WAN address is not confirmed since \(since); \(kept): \(verdict).", time: time,
                source: source)
            (address, reason, self.since) = (held?.description ?? "", verdict.description, since)
        case .confirmed(let addresses, let since, let verdict):
            self.init(
                kind: .addressConfirmed,
                message: "The WAN address \(addresses) is confirmed, after it was not since \(since).", time: time,
                source: source)
            (address, reason, self.since) = (addresses.description, verdict.description, since)
        case .several: return nil
        }
        self.family = family.rawValue
    }

    /// - Returns: `nil` for what nobody is notified of.
    init?(
        _ news: RecordNews, of record: RecordDeclaration, provider: String, source: String, time: Timestamp = .now()
    ) {
        switch news {
        case .written(let addresses, let what):
            self.init(kind: .recordWritten, message: "\(record) at \(provider): \(what).", time: time, source: source)
            address = addresses.description
        case .lasting(let why, let since):
            self.init(
                kind: .recordFailing, message: "\(record) at \(provider) fails since \(since): \(why).", time: time,
                source: source)
            (reason, self.since) = (why, since)
        case .recovered(let since):
            self.init(
                kind: .recordRecovered, message: "\(record) at \(provider) is in step again; it failed since \(since).",
                time: time, source: source)
            self.since = since
        case .inStep, .differs, .leftTo, .takingOver, .failed, .refused, .failedElsewhere, .propagating, .reverted,
            .waiting, .secretsReplaced:
            return nil
        }
        family = record.type.family?.rawValue ?? ""
        (self.record, self.provider) = (record.description, provider)
    }
}

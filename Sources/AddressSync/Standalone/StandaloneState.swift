import NetworkPrimitives
import OperatorCore
import StatusServer

/// What a standalone process leaves to its next run: the addresses that were last confirmed, and what its records were
/// made to hold.
struct StandaloneState: Hashable, Sendable {
    struct Address: Hashable, Sendable {
        var addresses: AddressSet
        var condition: PublishedAddress.Condition
        /// When a quorum last agreed, up to an hour before the truth, so that the file is not written at every round.
        var confirmedAt: Timestamp?
        /// Since when the addresses are these.
        var since: Timestamp?
    }

    var addresses: [IPAddress.Family: Address] = [:]
    /// By ``RecordClaim/key(name:type:)``; only records that are known to be as desired.
    var records: [String: RecordClaim] = [:]
}

extension StandaloneState {
    /// The form of the file; another form has another number.
    static let version: Int64 = 1

    /// Why a text is no such state.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    private enum Key {
        static let version = "version"
        static let addresses = "addresses"
        static let condition = "condition"
        static let confirmedAt = "confirmedAt"
        static let since = "since"
        static let records = "records"
    }

    /// JSON on one line.
    var bytes: [UInt8] {
        var document: JSONValue = [:]
        document[Key.version] = .integer(Self.version)
        document[Key.addresses] = [:]
        for (family, address) in addresses {
            var entry: JSONValue = [:]
            entry[Key.addresses] = .string(address.addresses.description)
            entry[Key.condition] = .string(address.condition.rawValue)
            entry[Key.confirmedAt] = address.confirmedAt.map { .string($0.description) }
            entry[Key.since] = address.since.map { .string($0.description) }
            document[[Key.addresses, family.rawValue]] = entry
        }
        document[Key.records] = .object(
            // What a claim writes is JSON.
            records.compactMapValues { try? JSONValue(parsing: $0.json) })
        return document.serialized() + [UInt8(ascii: "\n")]
    }

    /// Reads what ``bytes`` wrote.
    ///
    /// - Throws: ``Malformed`` for anything else: half a state would be believed as a whole one.
    init(parsing bytes: [UInt8]) throws(Malformed) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw Malformed(description: "it is not JSON (\(error))")
        }
        guard let version = document[Key.version]?.integer else {
            throw Malformed(description: "it has no version; expected \(Self.version)")
        }
        guard version == Self.version else {
            throw Malformed(description: "it is of version \(version); expected \(Self.version)")
        }
        guard let addresses = document[Key.addresses]?.object, let records = document[Key.records]?.object else {
            throw Malformed(description: "expected the objects \(Key.addresses) and \(Key.records)")
        }
        for (name, entry) in addresses {
            guard let family = IPAddress.Family(rawValue: name) else {
                throw Malformed(description: "\"\(name.prefix(40))\" is no family; expected ipv4 or ipv6")
            }
            self.addresses[family] = try Self.address(entry, of: family)
        }
        for (key, entry) in records {
            let text = String(decoding: entry.serialized(), as: UTF8.self)
            guard let claim = RecordClaim(json: text), claim.phase == .synced else {
                throw Malformed(description: "the record \(key.prefix(80)) cannot be read")
            }
            self.records[key] = claim
        }
    }

    private static func address(
        _ entry: JSONValue, of family: IPAddress.Family
    ) throws(Malformed) -> Address {
        let text = entry[Key.addresses]?.string ?? ""
        guard let addresses = AddressSet(text), addresses.family == family else {
            throw Malformed(
                description: "the address of \(family.rawValue) is \"\(text.prefix(60))\"; expected one or several "
                    + "of that family")
        }
        guard let condition = entry[Key.condition]?.string.flatMap(PublishedAddress.Condition.init(rawValue:)) else {
            throw Malformed(
                description: "the condition of \(family.rawValue) is missing or unknown; expected Confirmed, "
                    + "Unconfirmed or MultipleEgress")
        }
        func time(_ key: String) throws(Malformed) -> Timestamp? {
            guard let value = entry[key] else { return nil }
            guard let time = value.string.flatMap(Timestamp.init(rfc3339:)) else {
                throw Malformed(description: "\(key) of \(family.rawValue) is no RFC 3339 time")
            }
            return time
        }
        return Address(
            addresses: addresses, condition: condition, confirmedAt: try time(Key.confirmedAt),
            since: try time(Key.since))
    }
}

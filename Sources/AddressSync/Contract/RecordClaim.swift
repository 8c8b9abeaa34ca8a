import FoundationEssentials
import OperatorCore
public import StatusServer

/// One entry of the ConfigMap `esddns-records`: what is being done, or was done, about one DNS record, and by whom.
///
/// Nodes agree through it on who writes: the entry is only ever replaced by compare-and-swap on the ConfigMap's version.
public struct RecordClaim: Hashable, Sendable {
    public enum Phase: String, Codable, Hashable, Sendable {
        /// `node` is about to write.
        case claimed = "Claimed"
        /// The record holds `address`.
        case synced = "Synced"
        /// The provider did not do it; `error` says why.
        case failed = "Failed"
    }

    public var addresses: AddressSet
    public var phase: Phase
    public var node: String
    /// The latest publication that the node had seen. An older view never replaces a newer one's claim.
    public var generation: Generation
    /// How long others leave the entry alone, counted from when they first see it. In whole seconds.
    public var holdSeconds: Int
    public var provider: String
    /// When the entry was written, for people.
    public var time: Timestamp
    /// Without secrets; empty unless failed.
    public var error: String
    /// Failures in a row for this address, by whichever node; later ones wait longer.
    public var failures: Int
    /// Whether the failure is that the credentials were refused.
    public var isRefusal: Bool
    /// When the record began to fail, for whichever addresses; `nil` while it does not.
    public var failingSince: Timestamp?
    /// Whether people were told that it has failed for long.
    public var isTold = false

    public init(
        addresses: AddressSet,
        phase: Phase,
        node: String,
        generation: Generation,
        holdSeconds: Int,
        provider: String,
        time: Timestamp,
        error: String = "",
        failures: Int = 0,
        isRefusal: Bool = false
    ) {
        self.addresses = addresses
        self.phase = phase
        self.node = node
        self.generation = generation
        self.holdSeconds = min(max(0, holdSeconds), Self.longestHold)
        self.provider = provider
        self.time = time
        self.error = error.utf8.count > Self.longestError ? error.prefix(Self.longestError / 4) + "…" : error
        self.failures = failures
        self.isRefusal = isRefusal
    }
}

extension RecordClaim {
    /// A day, in seconds: no entry asks others to wait longer.
    static let longestHold = 86_400
    /// In bytes; a ConfigMap holds 1 MiB for all records together.
    private static let longestError = 1200
    /// A ConfigMap's keys are no longer than this.
    private static let longestKey = 253

    /// The form in the ConfigMap. Keys are short words for people; `deadline` is derived and only for them.
    private struct Document: Codable {
        var address: String
        var phase: Phase
        var node: String
        var generation: String
        var holdSeconds: Int
        var deadline: String?
        var provider: String
        var time: String
        var error: String?
        var failures: Int?
        var failingSince: String?
        var told: Bool?
        var refused: Bool?
    }

    /// Key of a record's entry: `home.example.com_A`. A wildcard's asterisk, which a key may not contain, becomes a hyphen, which
    /// no host label can be.
    static func key(name: String, type: String) -> String {
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        let key = "\(String(name.lowercased().map { $0 == "*" ? "-" : $0 }))_\(type)"
        guard key.utf8.count > longestKey else { return key }
        // Only names within two bytes of what DNS allows come here. What is cut off is told apart by its hash.
        let hash = String(SpreadDelay.hash(key), radix: 36)
        return "\(key.prefix(longestKey - hash.utf8.count - type.utf8.count - 2))-\(hash)_\(type)"
    }

    /// The record that a key is about; `nil` for what is no such key. Of names that are too long for a key a part is shown.
    static func nameAndType(ofKey key: String) -> (name: String, type: String)? {
        guard let separator = key.lastIndex(of: "_") else { return nil }
        let (name, type) = (key[..<separator], key[key.index(after: separator)...])
        guard !name.isEmpty, ["A", "AAAA"].contains(type) else { return nil }
        return (name.hasPrefix("-.") ? "*" + name.dropFirst() : String(name), String(type))
    }

    /// `nil` for what is not such a document; it is then treated as absent and replaced by the next claim.
    init?(json: String) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json.utf8)),
            let addresses = AddressSet(document.address), let generation = Generation(document.generation),
            let time = Timestamp(rfc3339: document.time), (0...Self.longestHold).contains(document.holdSeconds)
        else { return nil }
        self.init(
            addresses: addresses, phase: document.phase, node: document.node, generation: generation,
            holdSeconds: document.holdSeconds, provider: document.provider, time: time, error: document.error ?? "",
            failures: max(0, min(document.failures ?? 0, 1000)), isRefusal: document.refused ?? false)
        failingSince = document.failingSince.flatMap(Timestamp.init(rfc3339:))
        isTold = document.told ?? false
    }

    var json: String {
        let document = Document(
            address: addresses.description, phase: phase, node: node, generation: generation.description,
            holdSeconds: holdSeconds,
            deadline: phase == .claimed
                ? Timestamp(secondsSinceEpoch: time.secondsSinceEpoch + Int64(holdSeconds)).description : nil,
            provider: provider, time: time.description, error: error.isEmpty ? nil : error,
            failures: failures == 0 ? nil : failures, failingSince: failingSince?.description,
            told: isTold ? true : nil, refused: isRefusal ? true : nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and options of them always encode.
        guard let data = try? encoder.encode(document) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

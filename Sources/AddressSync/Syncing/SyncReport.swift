public import DNSRecords
public import NetworkPrimitives
import OperatorCore
public import WANDetection

/// What one pass over all records came to, for people and for machines.
public struct SyncReport: Sendable {
    /// What became of one record, or would.
    public enum Result: Sendable {
        /// The zone's name servers show it as it should be; the provider was not asked.
        case shown(AddressSet)
        /// Only with a dry run: the difference.
        case planned(RecordPlan)
        case done(RecordOutcome)
        /// Nothing was tried.
        case skipped(String)
    }

    public struct Entry: Sendable {
        public var record: RecordDeclaration
        public var result: Result
    }

    public struct Address: Sendable {
        public var family: IPAddress.Family
        /// `nil` where no quorum agrees.
        public var addresses: AddressSet?
        public var verdict: Verdict
    }

    public internal(set) var isDryRun: Bool
    public internal(set) var found: [Address] = []
    public internal(set) var entries: [Entry] = []

    /// How bad it is, and so which exit code.
    public enum Severity: Int, Comparable, Sendable {
        /// Everything is as it should be, or is now; in a dry run, or would be.
        case fine
        /// An address was not confirmed, or something may work later.
        case later
        /// It will fail again until somebody acts.
        case broken
        /// Credentials are not accepted, or do not allow it.
        case refused

        public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
    }

    public var severity: Severity { entries.map(\.severity).max() ?? .fine }
}

extension SyncReport.Entry {
    var severity: SyncReport.Severity {
        switch result {
        case .shown, .planned: .fine
        case .skipped: .later
        case .done(let outcome):
            switch outcome {
            case .inSync, .changed, .created: .fine
            case .limited, .failed(_, retriable: true): .later
            case .failed(_, retriable: false): .broken
            case .refused: .refused
            }
        }
    }

    /// `in_sync`, `planned`, `skipped`, or as ``DNSRecords/RecordOutcome/label``.
    var label: String {
        switch result {
        case .shown: "in_sync"
        case .planned(let plan): plan.isWrite ? "planned" : "in_sync"
        case .skipped: "skipped"
        case .done(let outcome): outcome.label
        }
    }

    /// What went wrong, if anything did.
    var problem: String? {
        switch result {
        case .shown, .planned: nil
        case .skipped(let why): why
        case .done(let outcome): outcome.isSuccess ? nil : outcome.description
        }
    }
}

extension SyncReport {
    /// For people: the addresses, then each record. In a dry run, the difference as `diff` shows it.
    ///
    /// - Parameter isColored: for terminals.
    public func text(isColored: Bool = false) -> String {
        var lines: [(text: String, tone: Tone)] = []
        for address in found {
            let name = address.family == .ipv4 ? "IPv4" : "IPv6"
            lines.append(
                (
                    "\(name): \(address.addresses?.description ?? "not confirmed") (\(address.verdict))",
                    address.addresses == nil ? .bad : .good
                ))
        }
        for entry in entries {
            switch entry.result {
            case .shown(let addresses):
                lines.append(("  \(entry.record.name) \(entry.record.type) \(addresses)", .plain))
            case .planned(let plan):
                for line in plan.description.split(separator: "\n") {
                    lines.append((String(line), line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .bad : .plain))
                }
            case .done(.inSync(let set)): lines.append(("  \(set)", .plain))
            case .done(let outcome):
                lines.append(
                    ("\(outcome.isSuccess ? "+" : "!") \(entry.record): \(outcome)", outcome.isSuccess ? .good : .bad))
            case .skipped(let why): lines.append(("! \(entry.record): \(why)", .bad))
            }
        }
        return lines.map { $0.tone.painted($0.text, isColored: isColored) + "\n" }.joined()
    }

    /// One JSON document on one line: `dryRun`, `addresses` with `family`, `addresses`, `condition` and `reason`, and
    /// `records` with `name`, `type`, `provider`, `outcome`, `before`, `after`, `ttl` and `error`. What is not there is
    /// `null`.
    public var json: String {
        let document: JSONValue = [
            "dryRun": .bool(isDryRun),
            "addresses": .array(
                found.map { address in
                    [
                        "family": .string(address.family.rawValue),
                        "addresses": Self.list(address.addresses?.addresses.map(\.description) ?? []),
                        "condition": .string(address.verdict.condition.name),
                        "reason": .string(address.verdict.description),
                    ]
                }),
            "records": .array(entries.map(\.json)),
        ]
        return String(decoding: document.serialized(), as: UTF8.self)
    }

    fileprivate static func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}

extension SyncReport.Entry {
    fileprivate var json: JSONValue {
        let (before, after): (RecordSet?, RecordSet?) =
            switch result {
            case .planned(let plan): (plan.current, plan.target)
            case .done(.inSync(let set)): (set, set)
            case .done(.created(let set)): (nil, set)
            case .done(.changed(let old, let new)): (old, new)
            case .done, .shown, .skipped: (nil, nil)
            }
        let shown: [String]? =
            if case .shown(let addresses) = result { addresses.addresses.map(\.description) } else { nil }
        return [
            "name": .string(record.name.description),
            "type": .string(record.type.rawValue),
            "provider": .string(record.provider.description),
            "outcome": .string(label),
            "before": (before?.presentations ?? shown).map(SyncReport.list) ?? .null,
            "after": (after?.presentations ?? shown).map(SyncReport.list) ?? .null,
            "ttl": after?.ttl.map { .integer(Int64($0)) } ?? .null,
            "error": problem.map(JSONValue.string) ?? .null,
        ]
    }
}

import NetworkPrimitives
import OperatorCore
public import StatusServer

extension Overview {
    /// Tables for people.
    ///
    /// - Parameters:
    ///   - isColored: for terminals.
    ///   - now: what ages are counted to.
    public func text(isColored: Bool, now: Timestamp = .now()) -> String {
        var lines: [String] = summary(now).lines(isColored: isColored)
        if !records.isEmpty { lines += [""] + recordTable(now).lines(isColored: isColored) }
        for record in records {
            guard let error = record.error else { continue }
            let count = record.failures > 1 ? " (\(record.failures) times)" : ""
            lines.append(Tone.bad.painted("! \(record.name) \(record.type)\(count): \(error)", isColored: isColored))
        }
        if !nodes.isEmpty { lines += [""] + nodeTable(now).lines(isColored: isColored) }
        let votes = voteTable
        if !votes.isEmpty { lines += [""] + votes.flatMap { $0.lines(isColored: isColored) } }
        if !problems.isEmpty { lines.append("") }
        lines += problems.map { Tone.warning.painted("! \($0)", isColored: isColored) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func summary(_ now: Timestamp) -> TextTable {
        var table = TextTable()
        table.add(["of", origin])
        for address in addresses {
            let name = address.family == .ipv4 ? "IPv4" : "IPv6"
            var parts = [address.address ?? "not known yet"]
            parts.append(address.condition ?? "nobody has looked yet")
            if let since = address.since { parts.append("since \(since) (\(Age.text(from: since, to: now)))") }
            if let confirmed = address.confirmedAt {
                let age = Age.text(from: confirmed, to: now)
                parts.append("confirmed \(age == "now" ? "now" : "\(age) ago")")
            }
            let tone: Tone =
                switch address.condition {
                case PublishedAddress.Condition.confirmed.rawValue: .good
                case PublishedAddress.Condition.multipleEgress.rawValue, nil: .warning
                default: .bad
                }
            table.add([name, parts.joined(separator: ", ")], tone)
        }
        if let leader {
            var parts = [leader.holder ?? "nobody"]
            if let state = leader.state, state != LeaseObservation.State.free.rawValue { parts.append(state) }
            if let since = leader.since { parts.append("since \(since) (\(Age.text(from: since, to: now)))") }
            if let transitions = leader.transitions {
                parts.append("\(transitions) transition\(transitions == 1 ? "" : "s")")
            }
            let isMissing = leader.holder == nil || leader.state == LeaseObservation.State.expired.rawValue
            table.add(["leader", parts.joined(separator: ", ")], isMissing ? .bad : .plain)
        }
        if let epoch { table.add(["epoch", "\(epoch)"]) }
        return table
    }

    private func recordTable(_ now: Timestamp) -> TextTable {
        var table = TextTable(["RECORD", "TYPE", "PROVIDER", "OUTCOME", "ADDRESS", "BY", "AGE"])
        for record in records {
            let tone: Tone =
                switch record.outcome {
                case RecordClaim.Phase.synced.rawValue: .plain
                case RecordClaim.Phase.failed.rawValue: .bad
                default: .warning
                }
            table.add(
                [
                    record.name, record.type, record.provider ?? "-", record.outcome, record.address ?? "-",
                    record.node ?? "-", record.time.map { Age.text(from: $0, to: now) } ?? "-",
                ], tone)
        }
        return table
    }

    private func nodeTable(_ now: Timestamp) -> TextTable {
        var table = TextTable(["NODE", "SYNCED", "CLAIMED", "FAILED", "LAST REPORT"], rightAligned: [1, 2, 3])
        for node in nodes {
            table.add(
                [
                    node.name, "\(node.synced)", "\(node.claimed)", "\(node.failed)",
                    node.lastReport.map { Age.text(from: $0, to: now) } ?? "-",
                ], node.failed > 0 ? .bad : .plain)
        }
        return table
    }

    private var voteTable: [TextTable] {
        addresses.filter { !$0.votes.isEmpty }.map { address in
            var table = TextTable(["SOURCE (\(address.family == .ipv4 ? "IPv4" : "IPv6"))", "ANSWER"])
            for vote in address.votes { table.add([vote.source, vote.answer]) }
            return table
        }
    }
}

extension Overview {
    /// One JSON document on one line: `origin`, `addresses` with `family`, `address`, `condition`, `since`, `confirmedAt` and
    /// `votes` (`source`, `answer`), `leader` with `holder`, `state`, `since` and `transitions`, `epoch`, `records` with
    /// `name`, `type`, `provider`, `outcome`, `address`, `node`, `time`, `error` and `failures`, `nodes` with `name`, `synced`,
    /// `claimed`, `failed` and `lastReport`, and `problems`. What is not there is `null`.
    public var json: String {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        func time(_ value: Timestamp?) -> JSONValue { text(value?.description) }
        func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }
        let document: JSONValue = [
            "origin": .string(origin),
            "addresses": .array(
                addresses.map { address in
                    [
                        "family": .string(address.family.rawValue), "address": text(address.address),
                        "condition": text(address.condition), "since": time(address.since),
                        "confirmedAt": time(address.confirmedAt),
                        "votes": .array(
                            address.votes.map { ["source": .string($0.source), "answer": .string($0.answer)] }),
                    ]
                }),
            "leader": leader.map { leader in
                [
                    "holder": text(leader.holder), "state": text(leader.state), "since": time(leader.since),
                    "transitions": leader.transitions.map(number) ?? .null,
                ]
            } ?? .null,
            "epoch": epoch.flatMap { Int64(exactly: $0) }.map(JSONValue.integer) ?? .null,
            "records": .array(
                records.map { record in
                    [
                        "name": .string(record.name), "type": .string(record.type), "provider": text(record.provider),
                        "outcome": .string(record.outcome), "address": text(record.address),
                        "node": text(record.node), "time": time(record.time), "error": text(record.error),
                        "failures": number(record.failures),
                    ]
                }),
            "nodes": .array(
                nodes.map { node in
                    [
                        "name": .string(node.name), "synced": number(node.synced), "claimed": number(node.claimed),
                        "failed": number(node.failed), "lastReport": time(node.lastReport),
                    ]
                }),
            "problems": .array(problems.map(JSONValue.string)),
        ]
        return document.description
    }
}

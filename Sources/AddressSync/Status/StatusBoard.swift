import DNSRecords
public import Metrics
import NetworkPrimitives
import OperatorCore
public import StatusServer
import Synchronization
import WANDetection

extension StatusReport {
    /// Changes what is known of one family.
    fileprivate mutating func change(_ family: IPAddress.Family, _ body: (inout Finding) -> Void) {
        switch family {
        case .ipv4: body(&ipv4)
        case .ipv6:
            var finding = ipv6 ?? Finding()
            body(&finding)
            ipv6 = finding
        }
    }
}

/// What one process knows, kept for its status page and its probes. Services write, the server reads.
public final class StatusBoard: StatusReporting {
    private struct State {
        var report: StatusReport
        var records: [String: StatusReport.Record] = [:]
        /// What other processes say about records, where this one has none.
        var reported: ReportedRecords?
        /// Failures by name of the check; `nil`: passed.
        var health: [String: String?] = [:]
        var readiness: [String: String?] = [:]
        /// Asked for each report on health, since nobody would report that nothing reports any more.
        var probes: [String: @Sendable () -> String?] = [:]
    }

    private let state: Mutex<State>
    private let wallClock: @Sendable () -> Timestamp
    /// `esddns_wan_ip_changes_total`: from one known address to another.
    private let addressChanges: [IPAddress.Family: Counter]

    /// - Parameters:
    ///   - identity: the process's name, such as its pod's.
    ///   - pending: readiness checks that fail until a service reports on them, with what they wait for.
    ///   - metrics: `nil` uses the process-wide metrics system.
    public init(
        role: StatusReport.Role,
        identity: String,
        version: String = Version.current,
        pending: [String: String] = [:],
        metrics: (any MetricsFactory)? = nil,
        wallClock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.wallClock = wallClock
        let factory = metrics ?? MetricsSystem.factory
        addressChanges = Dictionary(
            uniqueKeysWithValues: IPAddress.Family.allCases.map { family in
                let dimensions = [("family", family.rawValue)]
                return (family, Counter(label: "esddns_wan_ip_changes_total", dimensions: dimensions, factory: factory))
            })
        state = Mutex(
            State(
                report: StatusReport(
                    role: role, identity: identity, leading: role == .standalone, version: version, started: wallClock()
                ),
                readiness: pending.mapValues { $0 }))
    }

    public func report() -> StatusReport {
        let now = wallClock()
        return state.withLock { state in
            var report = state.report
            report.time = now
            report.records = state.reported?.records ?? state.records.sorted { $0.key < $1.key }.map(\.value)
            report.nodes = state.reported?.nodes
            return report
        }
    }

    public func health() -> [HealthCheck] {
        let (said, probes) = state.withLock { ($0.health, $0.probes) }
        return Self.checks(said.merging(probes.mapValues { $0() }) { _, asked in asked })
    }

    /// A process that has to be started anew is not ready either.
    public func readiness() -> [HealthCheck] {
        state.withLock { Self.checks($0.readiness) } + health().filter { $0.failure != nil }
    }

    private static func checks(_ checks: [String: String?]) -> [HealthCheck] {
        checks.sorted { $0.key < $1.key }.map { HealthCheck(name: $0.key, failure: $0.value) }
    }

    // MARK: What services say

    func setHealth(_ check: String, failure: String?) { state.withLock { $0.health[check] = .some(failure) } }

    /// - Parameter probe: asked for each report, from any thread; says what is wrong, if anything is. Must not block.
    func setHealth(_ check: String, probe: @escaping @Sendable () -> String?) {
        state.withLock { $0.probes[check] = probe }
    }

    /// Lets a loop that has stopped turning fail the liveness check.
    func watch(_ pulse: LoopPulse, as check: String, _ family: IPAddress.Family) {
        setHealth(family == .ipv4 ? check : "\(check)-\(family.rawValue)") { pulse.failure }
    }

    func setReadiness(_ check: String, failure: String?) { state.withLock { $0.readiness[check] = .some(failure) } }

    func setReported(_ reported: ReportedRecords) { state.withLock { $0.reported = reported } }

    func setLeader(_ holder: String) { state.withLock { $0.report.leader = holder.isEmpty ? nil : holder } }

    func setLeading(_ leading: Bool, epoch: UInt64?) {
        state.withLock { state in
            state.report.leading = leading
            if let epoch { state.report.epoch = epoch }
        }
    }

    /// The address as published by whoever leads.
    ///
    /// - Parameter since: since when it is the address; `nil`: as it was published, otherwise since now where it is another one
    ///   than before.
    func setPublished(_ published: PublishedAddress, since: Timestamp? = nil) {
        let now = since ?? published.since ?? wallClock()
        let isChange = state.withLock { state in
            let before = published.family == .ipv4 ? state.report.address : state.report.ipv6?.address
            state.report.epoch = published.epoch?.rawValue ?? state.report.epoch
            if !published.leader.isEmpty { state.report.leader = published.leader }
            state.report.change(published.family) { finding in
                finding.condition = published.condition.flatMap { .init(rawValue: $0.rawValue) } ?? .unknown
                finding.confirmedAt = published.confirmedAt ?? finding.confirmedAt
                if let address = published.addresses { finding.addressChanged(to: address.description, at: now) }
            }
            let after = published.family == .ipv4 ? state.report.address : state.report.ipv6?.address
            return before != nil && before != after
        }
        if isChange { addressChanges[published.family]?.increment() }
    }

    /// What this process's own round of detection came to.
    func setVerdict(_ verdict: Verdict, family: IPAddress.Family = .ipv4) {
        let votes = verdict.votes.map { vote in
            StatusReport.Vote(
                source: vote.source.description, transport: vote.transport.rawValue, operatorName: vote.operatorName,
                address: vote.address?.description, error: vote.errorDescription,
                seconds: vote.duration / .seconds(1))
        }
        state.withLock { state in
            state.report.change(family) { finding in
                finding.votes = votes
                finding.condition = .init(rawValue: verdict.condition.name) ?? .unknown
            }
        }
    }

    func setRecord(
        _ declaration: RecordDeclaration, provider: String, _ change: (inout StatusReport.Record) -> Void
    ) {
        let now = wallClock()
        let key = declaration.description
        state.withLock { state in
            var record =
                state.records[key]
                ?? StatusReport.Record(
                    name: declaration.name.description, type: declaration.type.rawValue, phase: .pending,
                    provider: provider)
            change(&record)
            record.updated = now
            state.records[key] = record
        }
    }
}

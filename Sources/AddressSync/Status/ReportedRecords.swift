import OperatorCore
import StatusServer

/// What the ConfigMap of claims says about all records of the cluster, for the page of a leader, which has none of its own.
struct ReportedRecords: Hashable, Sendable {
    var records: [StatusReport.Record] = []
    /// Who reported, by name.
    var nodes: [StatusReport.Node] = []

    init() {}

    /// - Parameter entries: the ConfigMap's data. What cannot be read is left out.
    init(_ entries: [String: String]) {
        var nodes: [String: StatusReport.Node] = [:]
        for (key, text) in entries.sorted(by: { $0.key < $1.key }) {
            guard let (name, type) = RecordClaim.nameAndType(ofKey: key), let claim = RecordClaim(json: text) else {
                continue
            }
            records.append(StatusReport.Record(claim, name: name, type: type))
            var node = nodes[claim.node] ?? StatusReport.Node(name: claim.node, records: 0, updated: claim.time)
            node.records += 1
            if claim.phase == .failed { node.failed += 1 }
            node.updated = max(node.updated ?? claim.time, claim.time)
            nodes[claim.node] = node
        }
        self.nodes = nodes.values.sorted { $0.name < $1.name }
    }
}

extension StatusReport.Record {
    fileprivate init(_ claim: RecordClaim, name: String, type: String) {
        let phase: Phase =
            switch claim.phase {
            case .claimed: .claimed
            case .synced: .synced
            case .failed: .failed
            }
        let addresses = claim.addresses.description
        self.init(
            name: name, type: type, phase: phase, desired: addresses,
            observed: claim.phase == .synced ? addresses : nil, provider: claim.provider, node: claim.node,
            error: claim.error.isEmpty ? nil : claim.error, updated: claim.time)
    }
}

/// Shows on a leader's page what updaters report. A cluster whose Role does not let leaders read that has a page without it.
struct ReportedRecordsWatch {
    let api: any KubernetesAPI
    let namespace: String
    let configMap: String
    let board: StatusBoard

    /// Until cancelled.
    func run() async {
        let watcher = ObjectWatcher<ConfigMap>(api: api, namespace: namespace, name: configMap)
        await watcher.run { update in
            switch update {
            case .present(let map): board.setReported(ReportedRecords(map.data))
            case .absent: board.setReported(ReportedRecords())
            case .connected, .disconnected: break
            }
        }
    }
}

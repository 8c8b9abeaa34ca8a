/// Writes a ConfigMap as leader: a ``FencedWriter`` that deals in the keys of the ConfigMap's data.
///
/// The epoch lies under a key of its own, where people see it.
public struct FencedConfigMap: Sendable {
    private let writer: FencedWriter<ConfigMap>

    /// - Parameters:
    ///   - epochKey: key of the ConfigMap's data that holds the writer's epoch.
    ///   - report: called with what somebody should hear of; must not block.
    ///   - confirmLease: reads the Lease and says whether it still names this leader; asked after a conflict.
    public init(
        api: any KubernetesAPI,
        namespace: String,
        name: String,
        epochKey: String = "epoch",
        term: LeadershipTerm,
        report: @escaping @Sendable (FencedWriteReport) -> Void = { _ in },
        confirmLease: @escaping @Sendable () async throws(KubernetesError) -> Bool
    ) {
        writer = FencedWriter(
            api: api, namespace: namespace, name: name, epoch: .data(epochKey), term: term, report: report,
            confirmLease: confirmLease)
    }

    /// Puts this leader's epoch into the ConfigMap, creating it where it is missing. Call it before any other ``write(_:)``.
    ///
    /// - Parameter change: keys to set along with the epoch, as for ``write(_:)``.
    /// - Returns: the data that a predecessor left, with the new epoch and those keys.
    /// - Throws: ``FencedWriteError``; after ``FencedWriteError/superseded(by:)`` and ``FencedWriteError/termOver`` the
    ///   leader must stop.
    public func claim(
        setting change: @Sendable ([String: String]) -> [String: String?] = { _ in [:] }
    ) async throws(FencedWriteError) -> [String: String] {
        try await write(change)
    }

    /// Changes keys of the ConfigMap's data.
    ///
    /// - Parameter change: given the data as it stands, which keys to set; `nil` removes a key. Called again after a
    ///   conflict, with what was found then. The epoch is added to whatever it returns.
    /// - Returns: the data after the write.
    /// - Throws: ``FencedWriteError``. A failed write may have been carried out nevertheless; the next one finds out.
    @discardableResult
    public func write(
        _ change: @Sendable ([String: String]) -> [String: String?]
    ) async throws(FencedWriteError) -> [String: String] {
        try await writer.write { map in
            let data = map.data
            for (key, value) in change(data) { map.json[["data", key]] = value.map(JSONValue.string) }
        }.data
    }
}

/// Why a leader's write was not made.
public enum FencedWriteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A later leader has written already: stop leading.
    case superseded(by: Epoch)
    /// The term has ended, or the Lease names somebody else: stop leading.
    case termOver
    /// The request failed; the leader still leads and may try again.
    case failed(KubernetesError)

    /// Whether the leader has to stop.
    public var endsLeadership: Bool {
        switch self {
        case .superseded, .termOver: true
        case .failed: false
        }
    }

    /// One sentence for the log, without a final full stop.
    public var description: String {
        switch self {
        case .superseded(let epoch): "a later leader, of epoch \(epoch), has written already"
        case .termOver: "the term as leader is over"
        case .failed(let error): error.description
        }
    }
}

/// Writes a ConfigMap as leader, so that no write of an earlier leader can land after one of a later.
///
/// The ConfigMap carries the epoch of the leader that wrote last. ``claim()`` puts this leader's epoch there by
/// compare-and-swap before anything else, so that whatever a predecessor still has in flight fails with a conflict; every
/// later write is conditional on the version that this leader last saw, is sent only while the term is valid, and may
/// not outlast it.
public actor FencedConfigMap {
    private let api: any KubernetesAPI
    private let namespace: String
    private let name: String
    private let epochKey: String
    private let term: LeadershipTerm
    private let confirmLease: @Sendable () async throws(KubernetesError) -> Bool
    private var current: ConfigMap?

    /// Attempts at one write before it is given up as failed; each follows a fresh read.
    private static let attempts = 5
    /// Longest that one request may take, within the remainder of the term.
    private static let requestTimeout: Duration = .seconds(5)

    /// - Parameters:
    ///   - epochKey: key of the ConfigMap's data that holds the writer's epoch.
    ///   - confirmLease: reads the Lease and says whether it still names this leader; asked after a conflict.
    public init(
        api: any KubernetesAPI,
        namespace: String,
        name: String,
        epochKey: String = "epoch",
        term: LeadershipTerm,
        confirmLease: @escaping @Sendable () async throws(KubernetesError) -> Bool
    ) {
        self.api = api
        self.namespace = namespace
        self.name = name
        self.epochKey = epochKey
        self.term = term
        self.confirmLease = confirmLease
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
        for _ in 0..<Self.attempts {
            guard term.isValid else { throw .termOver }
            switch await attempt(change) {
            case .success(let data):
                return data
            case .failure(.lostRace):
                current = nil
                guard try await stillHoldsLease() else { throw .termOver }
            case .failure(.other(let error)):
                current = nil
                throw error
            }
        }
        throw .failed(
            KubernetesError(
                .status(409, reason: "Conflict"), message: "\(Self.attempts) attempts met a change by somebody else",
                request: "patch configmaps \(namespace)/\(name)"))
    }

    private enum AttemptError: Error {
        /// Somebody else changed, created or deleted the object in between.
        case lostRace
        case other(FencedWriteError)
    }

    private func attempt(
        _ change: @Sendable ([String: String]) -> [String: String?]
    ) async -> Result<[String: String], AttemptError> {
        var base = current
        do throws(KubernetesError) {
            if base == nil { base = try await read() }
            if let stored = base?.data[epochKey].flatMap(Epoch.init), stored > term.epoch {
                return .failure(.other(.superseded(by: stored)))
            }
            let written = try await write(change(base?.data ?? [:]), over: base)
            current = written
            return .success(written.data)
        } catch {
            // Not found where there was something: deleted in between. Where there was nothing: the namespace is missing.
            let isLostRace = error.isConflict || error.isAlreadyExists || (error.isNotFound && base != nil)
            return .failure(isLostRace ? .lostRace : .other(.failed(error)))
        }
    }

    private func read() async throws(KubernetesError) -> ConfigMap? {
        do {
            return try await api.get(ConfigMap.self, name: name, namespace: namespace, timeout: timeout)
        } catch  where error.isNotFound {
            return nil
        }
    }

    private func write(_ keys: [String: String?], over base: ConfigMap?) async throws(KubernetesError) -> ConfigMap {
        var data: JSONValue = .object(keys.mapValues { $0.map(JSONValue.string) ?? .null })
        data[epochKey] = .string(term.epoch.description)
        guard let base else {
            var object = ConfigMap(name: name)
            object.data = keys.compactMapValues(\.self)
            object.data[epochKey] = term.epoch.description
            return try await api.create(object, namespace: namespace, timeout: timeout)
        }
        var patch: JSONValue = ["data": data]
        patch[["metadata", "resourceVersion"]] = base.resourceVersion.map(JSONValue.string)
        return try await api.mergePatch(
            ConfigMap.self, name: name, namespace: namespace, patch: patch, timeout: timeout)
    }

    private func stillHoldsLease() async throws(FencedWriteError) -> Bool {
        do {
            return try await confirmLease()
        } catch {
            throw .failed(error)
        }
    }

    /// A request must not outlast the term under which it is sent.
    private var timeout: Duration { max(.milliseconds(1), min(Self.requestTimeout, term.remaining)) }
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

    public var description: String {
        switch self {
        case .superseded(let epoch): "a later leader, of epoch \(epoch), has written already"
        case .termOver: "the term as leader is over"
        case .failed(let error): error.description
        }
    }
}

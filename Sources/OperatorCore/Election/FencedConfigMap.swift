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
        for number in 0..<Self.attempts {
            if let data = try await attempt(change, isContested: number > 0) { return data }
        }
        throw .failed(
            KubernetesError(
                .status(409, reason: "Conflict"), message: "\(Self.attempts) attempts met a change by somebody else",
                request: "patch configmaps \(namespace)/\(name)"))
    }

    /// - Parameter isContested: somebody else has just written; only the holder of the Lease may go on.
    /// - Returns: `nil` where somebody else changed, created or deleted the object in between.
    private func attempt(
        _ change: @Sendable ([String: String]) -> [String: String?], isContested: Bool
    ) async throws(FencedWriteError) -> [String: String]? {
        let known = current
        current = nil
        let base = if let known { known } else { try await read() }
        if let stored = base?.data[epochKey].flatMap(Epoch.init), stored > term.epoch {
            throw .superseded(by: stored)
        }
        // After the read: whoever takes the Lease from now on changes the version that was read.
        if isContested, !(try await holdsLease()) { throw .termOver }
        // The term may have ended since: measured again, at the last moment before sending.
        let timeout = try timeout()
        do throws(KubernetesError) {
            let written = try await send(change(base?.data ?? [:]), over: base, timeout: timeout)
            current = written
            return written.data
        } catch {
            // Not found where there was something: deleted in between. Where there was nothing: the namespace is missing.
            if error.isConflict || error.isAlreadyExists || (error.isNotFound && base != nil) { return nil }
            throw failure(error)
        }
    }

    private func read() async throws(FencedWriteError) -> ConfigMap? {
        let timeout = try timeout()
        do throws(KubernetesError) {
            return try await api.get(ConfigMap.self, name: name, namespace: namespace, timeout: timeout)
        } catch {
            guard error.isNotFound else { throw failure(error) }
            return nil
        }
    }

    private func send(
        _ keys: [String: String?], over base: ConfigMap?, timeout: Duration
    ) async throws(KubernetesError) -> ConfigMap {
        guard let base else {
            var object = ConfigMap(name: name)
            object.data = keys.compactMapValues(\.self)
            object.data[epochKey] = term.epoch.description
            return try await api.create(object, namespace: namespace, timeout: timeout)
        }
        // Without a version the server would overwrite whatever is there.
        guard let version = base.resourceVersion, !version.isEmpty else {
            throw KubernetesError(
                .unexpectedAnswer, message: "the ConfigMap came without metadata.resourceVersion",
                request: "get configmaps \(namespace)/\(name)")
        }
        var data: JSONValue = .object(keys.mapValues { $0.map(JSONValue.string) ?? .null })
        data[epochKey] = .string(term.epoch.description)
        let patch: JSONValue = ["metadata": ["resourceVersion": .string(version)], "data": data]
        return try await api.mergePatch(
            ConfigMap.self, name: name, namespace: namespace, patch: patch, timeout: timeout)
    }

    private func holdsLease() async throws(FencedWriteError) -> Bool {
        do throws(KubernetesError) {
            return try await confirmLease()
        } catch {
            throw failure(error)
        }
    }

    /// A failed request is no reason to stop, but the end of the term in the meantime is.
    private func failure(_ error: KubernetesError) -> FencedWriteError { term.isValid ? .failed(error) : .termOver }

    /// Longest that a request may take which is sent now: it must not outlast the term.
    private func timeout() throws(FencedWriteError) -> Duration {
        let remaining = term.remaining
        guard remaining > .zero else { throw .termOver }
        return min(Self.requestTimeout, remaining)
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

    public var description: String {
        switch self {
        case .superseded(let epoch): "a later leader, of epoch \(epoch), has written already"
        case .termOver: "the term as leader is over"
        case .failed(let error): error.description
        }
    }
}

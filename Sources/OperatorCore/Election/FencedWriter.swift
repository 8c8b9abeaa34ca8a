/// Writes one object as leader, so that no write of an earlier leader can land after one of a later.
///
/// The object carries the epoch of the leader that wrote last, at a place of the caller's choice. ``claim(_:)`` puts this
/// leader's epoch there by compare-and-swap before anything else, so that whatever a predecessor still has in flight fails
/// with a conflict; every later write is conditional on the version that this leader last saw, is sent only while the term is
/// valid, and may not outlast it.
///
/// ```swift
/// let end = await elector.run { term in
///     let writer = FencedWriter<Certificate>(
///         api: client, namespace: "web", name: "shop", epoch: .annotation("certificates.example.com/epoch"), term: term
///     ) { () async throws(KubernetesError) in try await elector.confirmLease() }
///     do {
///         var certificate = try await writer.claim()
///         while !Task.isCancelled {
///             let secret = await issue(for: certificate)
///             certificate = try await writer.write { $0.json[["spec", "secretName"]] = .string(secret) }
///             …
///         }
///     } catch {
///         // Returning ends the term. Where error.endsLeadership is false, trying again is an option.
///     }
/// }
/// ```
public actor FencedWriter<Resource: KubernetesResource> {
    private let api: any KubernetesAPI
    private let namespace: String
    private let name: String
    private let epoch: EpochLocation
    private let term: LeadershipTerm
    private let report: @Sendable (FencedWriteReport) -> Void
    private let confirmLease: @Sendable () async throws(KubernetesError) -> Bool
    private var current: Resource?

    /// Attempts at one write before it is given up as failed; each follows a fresh read.
    private static var attempts: Int { 5 }
    /// Longest that one request may take, within the remainder of the term.
    private static var requestTimeout: Duration { .seconds(5) }

    /// - Parameters:
    ///   - epoch: where the object holds its writer's epoch.
    ///   - report: called with what somebody should hear of; must not block.
    ///   - confirmLease: reads the Lease and says whether it still names this leader; asked after a conflict.
    public init(
        api: any KubernetesAPI,
        namespace: String,
        name: String,
        epoch: EpochLocation,
        term: LeadershipTerm,
        report: @escaping @Sendable (FencedWriteReport) -> Void = { _ in },
        confirmLease: @escaping @Sendable () async throws(KubernetesError) -> Bool
    ) {
        self.api = api
        self.namespace = namespace
        self.name = name
        self.epoch = epoch
        self.term = term
        self.report = report
        self.confirmLease = confirmLease
    }

    /// Puts this leader's epoch into the object, creating it where it is missing. Call it before any other ``write(_:)``.
    ///
    /// - Parameter change: what to change along with the epoch, as for ``write(_:)``.
    /// - Returns: the object that a predecessor left, with the new epoch and those changes.
    /// - Throws: ``FencedWriteError``; after ``FencedWriteError/superseded(by:)`` and ``FencedWriteError/termOver`` the
    ///   leader must stop.
    public func claim(
        _ change: @Sendable (inout Resource) -> Void = { _ in }
    ) async throws(FencedWriteError) -> Resource {
        try await write(change)
    }

    /// Changes the object. Only what differs is sent, as a JSON merge patch, and the epoch.
    ///
    /// - Parameter change: edits the object as it stands, or one that holds nothing but its name where there is none. Called
    ///   again after a conflict, with what was found then. What it does to the epoch and to the version has no effect.
    /// - Returns: the object after the write.
    /// - Throws: ``FencedWriteError``. A failed write may have been carried out nevertheless; the next one finds out.
    @discardableResult
    public func write(_ change: @Sendable (inout Resource) -> Void) async throws(FencedWriteError) -> Resource {
        for number in 0..<Self.attempts {
            if let object = try await attempt(change, isContested: number > 0) { return object }
        }
        throw .failed(
            KubernetesError(
                .status(409, reason: "Conflict"), message: "\(Self.attempts) attempts met a change by somebody else",
                request: "patch \(Resource.type.plural) \(namespace)/\(name)"))
    }

    /// - Parameter isContested: somebody else has just written; only the holder of the Lease may go on.
    /// - Returns: `nil` where somebody else changed, created or deleted the object in between.
    private func attempt(
        _ change: @Sendable (inout Resource) -> Void, isContested: Bool
    ) async throws(FencedWriteError) -> Resource? {
        let known = current
        current = nil
        let base = if let known { known } else { try await read() }
        let impossible = try impossibleEpoch(in: base)
        // After the read: whoever takes the Lease from now on changes the version that was read.
        if isContested || impossible != nil, !(try await holdsLease()) { throw .termOver }
        // The term may have ended since: measured again, at the last moment before sending.
        let timeout = try timeout()
        do throws(KubernetesError) {
            let written = try await send(change, over: base, timeout: timeout)
            if let impossible, let version = base?.resourceVersion {
                report(.claimedOverImpossibleEpoch(impossible, version: version))
            }
            current = written
            return written
        } catch {
            // Not found where there was something: deleted in between. Where there was nothing: the namespace is missing.
            if error.isConflict || error.isAlreadyExists || (error.isNotFound && base != nil) { return nil }
            throw failure(error)
        }
    }

    /// An epoch is the version of an earlier write to the same store, so it is lower than that of the write that carried it.
    /// One that is not was written to another store: the object is a copy, and whoever held that epoch writes elsewhere.
    ///
    /// - Returns: the stored epoch, where it is higher than this leader's and not of this store.
    private func impossibleEpoch(in base: Resource?) throws(FencedWriteError) -> Epoch? {
        guard let base, let stored = epoch.read(from: base), stored > term.epoch else { return nil }
        guard EpochLocation.isImpossible(stored, in: base) else { throw .superseded(by: stored) }
        return stored
    }

    private func read() async throws(FencedWriteError) -> Resource? {
        let timeout = try timeout()
        do throws(KubernetesError) {
            return try await api.get(Resource.self, name: name, namespace: namespace, timeout: timeout)
        } catch {
            guard error.isNotFound else { throw failure(error) }
            return nil
        }
    }

    private func send(
        _ change: @Sendable (inout Resource) -> Void, over base: Resource?, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        guard let base else {
            var object = Resource(name: name)
            change(&object)
            object.json[epoch.path] = .string(term.epoch.description)
            object.json[["metadata", "name"]] = .string(name)
            object.resourceVersion = nil
            return try await api.create(object, namespace: namespace, timeout: timeout)
        }
        // Without a version the server would overwrite whatever is there.
        guard let version = base.resourceVersion, !version.isEmpty else {
            throw KubernetesError(
                .unexpectedAnswer, message: "the \(Resource.type.kind) came without metadata.resourceVersion",
                request: "get \(Resource.type.plural) \(namespace)/\(name)")
        }
        var changed = base
        change(&changed)
        // Before they are compared: what surrounds the epoch may have been removed.
        changed.json[epoch.path] = .string(term.epoch.description)
        changed.resourceVersion = version
        var patch = base.json.mergePatch(to: changed.json)
        patch[epoch.path] = .string(term.epoch.description)
        patch[["metadata", "resourceVersion"]] = .string(version)
        return try await api.mergePatch(
            Resource.self, name: name, namespace: namespace, patch: patch, timeout: timeout)
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

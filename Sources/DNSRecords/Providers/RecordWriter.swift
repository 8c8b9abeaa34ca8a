import NetworkPrimitives

/// Brings record sets to what they should be, in the one way that is the same for all providers.
public struct RecordWriter: Sendable {
    public let provider: any DNSProvider
    /// By which mark this program's own records are told from others'; `nil`: every record may be changed.
    public let ownership: Ownership?

    public init(provider: any DNSProvider, ownership: Ownership? = nil) {
        self.provider = provider
        self.ownership = ownership
    }

    /// Finds out what ``bring(_:)`` would do, and does nothing.
    ///
    /// - Throws: ``ProviderError`` where that cannot be said, or the record belongs to somebody else.
    public func plan(_ desired: RecordSet) async throws(ProviderError) -> RecordPlan {
        let current = try await provider.read(desired.name, desired.type)
        if let current, isAsDesired(current, desired) { return RecordPlan(current: current, target: current) }
        var target = desired
        target.ttl = provider.ttlPolicy(for: desired.name).ttl(for: desired, replacing: current)
        // Where the service chooses the TTL of the record, nobody else does.
        if let current, current.ttl == nil { target.ttl = nil }
        var plan = RecordPlan(current: current, target: target)
        if let ownership { plan.mark = try await mark(for: desired, over: current, by: ownership) }
        return plan
    }

    /// Reads, compares, and writes only a difference.
    ///
    /// A conflict, or a write whose fate is unknown, is followed by a second look: if the record is as desired now, that is
    /// a success. There is never a second write: what the record should be may have changed by then, and only the caller
    /// knows.
    ///
    /// - Parameter mayWrite: asked right before anything is sent that changes something. A process can have been stopped for long
    ///   since it read; what it was to write may be old then, and nothing is written.
    public func bring(
        _ desired: RecordSet, while mayWrite: @Sendable () -> Bool = { !Task.isCancelled }
    ) async -> RecordOutcome {
        do throws(ProviderError) {
            return try await attempt(desired, while: mayWrite)
        } catch {
            return RecordOutcome(error)
        }
    }

    /// As ``bring(_:while:)``, for those who want to know what has to be put right.
    ///
    /// - Returns: a success.
    /// - Throws: ``ProviderError``.
    public func attempt(
        _ desired: RecordSet, while mayWrite: @Sendable () -> Bool = { !Task.isCancelled }
    ) async throws(ProviderError) -> RecordOutcome {
        let plan = try await plan(desired)
        guard plan.isWrite else { return .inSync(plan.target) }
        // The mark comes first: a record without one could not be changed a second time.
        if let mark = plan.mark {
            try check(mayWrite)
            try await writeMark(mark)
        }
        try check(mayWrite)
        do throws(ProviderError) {
            try await provider.write(plan.target, replacing: plan.current)
            return plan.outcome(plan.target)
        } catch  where error.callsForASecondLook {
            // The second look can fail as well; then it is the first failure that explains things.
            let now: RecordSet?
            do throws(ProviderError) {
                now = try await provider.read(desired.name, desired.type)
            } catch _ {
                throw error
            }
            guard let now, isAsDesired(now, desired) else { throw error }
            return plan.outcome(now)
        }
    }

    private func check(_ mayWrite: () -> Bool) throws(ProviderError) {
        guard !mayWrite() else { return }
        throw ProviderError(.temporary, "the time for this write was over before it was sent; nothing was written")
    }

    private func isAsDesired(_ set: RecordSet, _ desired: RecordSet) -> Bool {
        let wantedTTL = provider.ttlPolicy(for: desired.name).wanted(by: desired)
        return set.values == desired.values && (wantedTTL == nil || set.ttl == nil || wantedTTL == set.ttl)
    }

    // MARK: Ownership

    /// The mark that has to be written before the record; `nil` where it is there already.
    private func mark(
        for desired: RecordSet, over current: RecordSet?, by ownership: Ownership
    ) async throws(ProviderError) -> RecordSet? {
        let name = try ownership.markName(for: desired.name, desired.type)
        let texts = try await provider.read(name, .txt)?.values.compactMap(\.text) ?? []
        switch ownership.judge(texts) {
        case .ours: return nil
        case .nobodys where current == nil || ownership.takesOver: break
        case .others where ownership.takesOver: break
        case .nobodys:
            throw ProviderError(
                .permanent,
                "\(desired.name) \(desired.type) exists, and no TXT record at \(name) marks it as this program's; it is left "
                    + "alone unless told to take over", cause: .ownership)
        case .others(let owner):
            throw ProviderError(
                .permanent,
                "\(desired.name) \(desired.type) belongs to \(owner), as the TXT record at \(name) says; it is left alone "
                    + "unless told to take over", cause: .ownership)
        }
        let mark = RecordSet(name: name, text: ownership.text)
        var target = mark
        target.ttl = provider.ttlPolicy(for: name).ttl(for: mark, replacing: nil)
        return target
    }

    private func writeMark(_ mark: RecordSet) async throws(ProviderError) {
        let current = try await provider.read(mark.name, .txt)
        do throws(ProviderError) {
            try await provider.write(mark, replacing: current)
        } catch  where error.callsForASecondLook {
            let now = try? await provider.read(mark.name, .txt)
            guard now?.values == mark.values else { throw error }
        }
    }
}

/// What would be done about one record set.
public struct RecordPlan: Hashable, Sendable {
    /// What is there; `nil` for nothing.
    public let current: RecordSet?
    /// What will be there.
    public let target: RecordSet
    /// The TXT record that is written first, to say whose record it is; `nil` where none has to be.
    public internal(set) var mark: RecordSet?

    init(current: RecordSet?, target: RecordSet) {
        self.current = current
        self.target = target
    }

    /// Whether anything is written at all.
    public var isWrite: Bool { current != target }

    func outcome(_ now: RecordSet) -> RecordOutcome {
        current.map { .changed(from: $0, to: now) } ?? .created(now)
    }
}

extension RecordPlan: CustomStringConvertible {
    /// The difference, a line for each record set: `-` before what goes, `+` before what comes, two spaces before what stays.
    public var description: String {
        guard isWrite else { return "  \(target)" }
        var lines: [String] = []
        if let mark { lines.append("+ \(mark)") }
        if let current { lines.append("- \(current)") }
        lines.append("+ \(target)")
        return lines.joined(separator: "\n")
    }
}

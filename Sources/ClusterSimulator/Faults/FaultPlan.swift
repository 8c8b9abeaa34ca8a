import Synchronization

/// Which requests to a simulated server go wrong, and how. Settable while the server runs; entirely deterministic.
///
/// Faults are tried in the order in which they were injected; the first that matches and is not used up decides. Each server
/// has a plan of its own kind of faults: ``HTTPFault``, ``STUNFault``, ``DNSFault``.
public final class FaultPlan<Fault: Sendable, Subject: Sendable>: Sendable {
    /// How often a fault fires.
    public enum Lifetime: Sendable, Hashable {
        case once
        case times(Int)
        case untilCleared
    }

    /// Names an injected fault.
    public struct ID: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Entry: Sendable {
        var id: ID
        var fault: Fault
        var matches: @Sendable (Subject) -> Bool
        /// Matching requests to let pass first.
        var passes: Int
        /// `nil`: no bound.
        var remaining: Int?
        var fired = 0
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        var lastID = 0
        var retired: [ID: Int] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Makes requests go wrong from now on.
    ///
    /// - Parameters:
    ///   - fault: what happens.
    ///   - lifetime: how often it happens; once if nothing else is said.
    ///   - skipping: how many matching requests pass before the first that goes wrong.
    ///   - matching: which requests are meant; all of them if nothing is said. Called under the plan's lock: keep it short.
    @discardableResult
    public func inject(
        _ fault: Fault, _ lifetime: Lifetime = .once, skipping: Int = 0,
        where matching: @escaping @Sendable (Subject) -> Bool = { _ in true }
    ) -> ID {
        state.withLock { state in
            state.lastID += 1
            let id = ID(number: state.lastID)
            let remaining: Int? =
                switch lifetime {
                case .once: 1
                case .times(let count): max(0, count)
                case .untilCleared: nil
                }
            state.entries.append(
                Entry(id: id, fault: fault, matches: matching, passes: max(0, skipping), remaining: remaining))
            return id
        }
    }

    /// Ends one fault.
    public func clear(_ id: ID) {
        state.withLock { state in
            for entry in state.entries where entry.id == id { state.retired[id] = entry.fired }
            state.entries.removeAll { $0.id == id }
        }
    }

    /// Ends all faults.
    public func clear() {
        state.withLock { state in
            for entry in state.entries { state.retired[entry.id] = entry.fired }
            state.entries.removeAll()
        }
    }

    /// How often a fault has happened.
    public func count(of id: ID) -> Int {
        state.withLock { state in state.entries.first { $0.id == id }?.fired ?? state.retired[id] ?? 0 }
    }

    /// Whether no fault is waiting to happen.
    public var isEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// The fault that befalls this request, if any; uses it up.
    func next(for subject: Subject) -> Fault? {
        state.withLock { state in
            for index in state.entries.indices where state.entries[index].matches(subject) {
                if state.entries[index].passes > 0 {
                    state.entries[index].passes -= 1
                    continue
                }
                if state.entries[index].remaining == 0 { continue }
                state.entries[index].fired += 1
                let fault = state.entries[index].fault
                if let remaining = state.entries[index].remaining {
                    state.entries[index].remaining = remaining - 1
                    if remaining == 1 {
                        state.retired[state.entries[index].id] = state.entries[index].fired
                        state.entries.remove(at: index)
                    }
                }
                return fault
            }
            return nil
        }
    }
}

/// The plan of a simulated HTTP server.
public typealias HTTPFaultPlan = FaultPlan<HTTPFault, HTTPFaultSubject>

extension FaultPlan where Fault == HTTPFault, Subject == HTTPFaultSubject {
    /// Makes requests go wrong that fit all of the given descriptions.
    ///
    /// - Parameters:
    ///   - method: such as `PATCH`; `nil` means any.
    ///   - pathPrefix: what the path begins with.
    ///   - user: name of the user, such as `system:serviceaccount:esddns:esddns-leader`.
    @discardableResult
    public func inject(
        _ fault: HTTPFault, _ lifetime: Lifetime = .once, method: String?, pathPrefix: String = "",
        user: String? = nil, skipping: Int = 0
    ) -> ID {
        inject(fault, lifetime, skipping: skipping) { subject in
            (method == nil || subject.method == method) && subject.path.hasPrefix(pathPrefix)
                && (user == nil || subject.user == user)
        }
    }
}

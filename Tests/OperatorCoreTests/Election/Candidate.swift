import CurlHTTP
import TestSupport

@testable import OperatorCore

/// One candidate's state, with a clock that its test moves.
struct Candidate {
    typealias State = ElectionState<VirtualInstant>

    var state: State
    private(set) var now = VirtualInstant(offset: .zero)
    var wallClock = MicroTime(microsecondsSinceEpoch: 1_767_323_045_000_006)

    /// Named `me`, with the default settings and a delay of 5 ms before a free Lease is taken.
    init() throws {
        state = State(
            settings: try ElectionSettings(leaseName: "leader", namespace: "n", identity: "me"),
            takeoverDelay: .milliseconds(5))
    }

    mutating func handle(_ input: State.Input, after delay: Duration = .zero) -> [State.Action] {
        now = now.advanced(by: delay)
        wallClock = wallClock.advanced(by: delay)
        return state.handle(input, at: now, wallClock: wallClock)
    }

    func at(_ offset: Duration) -> VirtualInstant { VirtualInstant(offset: offset) }

    /// A write of that was answered with version `version`, at the moment it was sent.
    mutating func written(_ lease: Lease?, version: Int, after delay: Duration = .zero) -> [State.Action] {
        let sent = now
        return handle(.leaseWritten((lease ?? Lease(name: "leader")).stored(version), sent: sent), after: delay)
    }

    /// Leads since time 0 with version 100, with the next renewal at 2 s.
    static func leading() throws -> Candidate {
        var candidate = try Candidate()
        _ = candidate.handle(.started)
        let lease = candidate.handle(.leaseRead(nil)).lease
        _ = candidate.written(lease, version: 100)
        return candidate
    }

    static let conflict = KubernetesError(.status(409, reason: "Conflict"), message: "the object has been modified")
    static let timedOut = KubernetesError(.transport(.timedOut), message: "no answer")
}

extension Lease {
    /// As a server gives it back.
    func stored(_ version: Int, uid: String = "uid-1") -> Lease {
        var lease = self
        lease.resourceVersion = String(version)
        lease.json[["metadata", "uid"]] = .string(uid)
        return lease
    }

    /// Whatever somebody has written there.
    static func with(spec: JSONValue) -> Lease {
        var lease = Lease(name: "leader")
        lease.json["spec"] = spec
        return lease.stored(7)
    }

    /// Held by somebody since long ago, by a clock that is not ours.
    static func held(
        by holder: String?, version: Int = 7, seconds: Int? = 15, transitions: Int? = 3,
        renewed: MicroTime = MicroTime(microsecondsSinceEpoch: 1)
    ) -> Lease {
        var lease = Lease(name: "leader")
        lease.holderIdentity = holder
        lease.leaseDurationSeconds = seconds
        lease.leaseTransitions = transitions
        lease.acquireTime = MicroTime(microsecondsSinceEpoch: 0)
        lease.renewTime = renewed
        return lease.stored(version)
    }
}

extension [Candidate.State.Action] {
    /// The verbs of the requests in it.
    var verbs: [String] {
        compactMap { action in
            switch action {
            case .read: "get"
            case .create: "create"
            case .update: "update"
            default: nil
            }
        }
    }

    /// The Lease that is to be written.
    var lease: Lease? {
        for action in self {
            switch action {
            case .create(let lease), .update(let lease): return lease
            default: continue
            }
        }
        return nil
    }

    var wakeUp: VirtualInstant? {
        last { if case .wakeUp = $0 { true } else { false } }.flatMap {
            if case .wakeUp(let instant) = $0 { instant } else { nil }
        }
    }

    var end: ElectionEnd? {
        for case .end(let end) in self { return end }
        return nil
    }

    var epoch: Epoch? {
        for case .startLeading(let epoch, _) in self { return epoch }
        return nil
    }

    var termEnd: VirtualInstant? {
        for action in self {
            switch action {
            case .startLeading(_, let until), .extendTerm(let until): return until
            default: continue
            }
        }
        return nil
    }

    var isLost: Bool { if case .lost = end { true } else { false } }

    /// Why the term was lost; empty where it was not.
    var reason: String { if case .lost(let why) = end { why } else { "" } }
}

import CurlHTTP
import Synchronization
import TestSupport

@testable import OperatorCore

/// Mistakes that electors and writers have been known to make. Planted around the real ones, in what they are told and in
/// what they send, so that nothing in the code under test knows of them.
enum PlantedFault: String, Sendable, CaseIterable {
    /// A term counts from the answer to a renewal instead of from its sending.
    case termFromAnswer
    /// The clock of the terms stands still while the process is paused.
    case suspendingClock
    /// A renewal without an answer counts as one that succeeded, so that terms do not end.
    case termWithoutEnd
    /// A leader does not heed that another holds the Lease.
    case blindToOthers
    /// Stopping gives the Lease back without looking whose it is.
    case releasesAnybodys
    /// The Lease is written whatever its version.
    case leaseWithoutVersion
    /// A write of the Lease that met a conflict is sent again over what it met.
    case blindRetry
    /// A Lease counts as expired after the renew deadline instead of after its duration.
    case impatientTakeover
    /// Another's time stamp is compared with the own wall clock.
    case trustsRenewTime
    /// A process that starts again calls itself what the one before did.
    case identityUsedAgain
    /// The leader's writes are not conditional on a version.
    case unfencedWrite
    /// The leader's writes do not heed the end of the term.
    case writerWithoutEnd
    /// The epoch is the Lease's count of transitions, which begins anew with a new Lease.
    case epochFromTransitions
}

/// What a planted fault can know of the process that it is in.
final class ProcessKnowledge: Sendable {
    struct State: Sendable {
        /// By how much the wall clock is wrong.
        var wallClockError: Duration = .zero
        var isStopping = false
        var isWorking = false
        var end: ElectionEnd?
        /// As last written by this process.
        var ownLease: JSONValue?
    }

    let state = Mutex(State())

    var isWorking: Bool { state.withLock(\.isWorking) }
    var isStopping: Bool { state.withLock(\.isStopping) }
    var end: ElectionEnd? { state.withLock(\.end) }
}

/// Stands between a participant and its door, and plants the fault.
struct FaultFilter: APIFilter {
    let fault: PlantedFault
    /// What it stands before.
    let api: any KubernetesAPI
    let identity: String
    let renewDeadline: Duration
    let clock: LocalClock
    let wallClock: @Sendable () -> MicroTime
    let knowledge: ProcessKnowledge
    let believes: @Sendable () -> Bool

    func answer(to call: APICall, from next: Next) async throws(KubernetesError) -> JSONValue {
        guard call.type == Lease.type else {
            var call = call
            if fault == .unfencedWrite, call.verb == "patch" { call.body?[["metadata", "resourceVersion"]] = nil }
            return try await next(call)
        }
        let sent = clock.now
        do throws(KubernetesError) {
            let answer = try await next(call)
            if call.verb == "get" { return try shownToReader(answer) }
            if fault == .termFromAnswer { clock.lose(sent.duration(to: clock.now)) }
            if Lease(json: answer).holderIdentity == identity {
                knowledge.state.withLock { $0.ownLease = answer }
            }
            return answer
        } catch {
            return try await mended(error, of: call, next)
        }
    }

    func show(_ object: JSONValue, of type: ResourceType) -> JSONValue? {
        type == Lease.type ? try? shownToReader(object) : object
    }

    private func shownToReader(_ json: JSONValue) throws(KubernetesError) -> JSONValue {
        var lease = Lease(json: json)
        guard let holder = lease.holderIdentity, !holder.isEmpty, holder != identity else { return json }
        switch fault {
        case .blindToOthers where believes():
            throw KubernetesError(.transport(.timedOut), message: "hidden")
        case .releasesAnybodys where knowledge.isStopping && !knowledge.isWorking:
            lease.holderIdentity = identity
        case .impatientTakeover:
            lease.leaseDurationSeconds = Int(renewDeadline.components.seconds)
        case .trustsRenewTime:
            let seconds = Int64(lease.leaseDurationSeconds ?? 0)
            if let renewed = lease.renewTime, renewed.advanced(by: .seconds(seconds)) < wallClock() {
                lease.holderIdentity = ""
            }
        default: break
        }
        return lease.json
    }

    private func mended(
        _ error: KubernetesError, of call: APICall, _ next: Next
    ) async throws(KubernetesError) -> JSONValue {
        switch fault {
        case .termWithoutEnd where call.verb == "update" && believes() && !error.isConflict:
            if let lease = knowledge.state.withLock(\.ownLease) { return lease }
        case .blindRetry where call.verb == "update" && error.isConflict:
            let met = try await api.get(
                Lease.self, name: call.name, namespace: call.namespace, timeout: call.timeout)
            var again = call
            again.body?[["metadata", "resourceVersion"]] = met.resourceVersion.map(JSONValue.string)
            return try await next(again)
        default: break
        }
        throw error
    }
}

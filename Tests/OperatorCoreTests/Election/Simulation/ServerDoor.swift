import Synchronization
import TestSupport

@testable import OperatorCore

/// Notes what happened, and when.
final class HistoryRecorder: Sendable {
    private let history = Mutex(ElectionHistory())
    private let time: VirtualTime

    init(_ time: VirtualTime) { self.time = time }

    var now: Duration { time.clock.now.offset }
    var events: ElectionHistory { history.withLock(\.self) }
    func add(_ event: ElectionHistory.Event) { history.withLock { $0.add(event) } }
    func look(_ names: [String]) { history.withLock { [now] in $0.look(names, at: now) } }
}

/// Who sent a request, and when. Goes with the request all the way to the store.
struct RequestOrigin: Sendable {
    @TaskLocal static var current: RequestOrigin?

    var name: String
    var sent: Duration
}

/// Stands before the store, and notes what is stored.
struct ServerDoor: APIFilter {
    let recorder: HistoryRecorder
    let fault: PlantedFault?
    /// The store itself, for a planted fault that looks into it.
    let api: MemoryAPI

    func answer(to call: APICall, from next: Next) async throws(KubernetesError) -> JSONValue {
        var call = call
        if fault == .leaseWithoutVersion, call.verb == "update", call.type == Lease.type, let lease = api.lease {
            // As a PUT without a version does where the server permits it.
            call.body?[["metadata", "resourceVersion"]] = lease.resourceVersion.map(JSONValue.string)
        }
        let answer = try await next(call)
        guard call.verb != "get", let origin = RequestOrigin.current else { return answer }
        if call.type == Lease.type {
            recorder.add(.leaseStored(Self.change(Lease(json: answer), by: origin.name, origin.sent, recorder.now)))
        } else if let epoch = ConfigMap(json: answer).data["epoch"].flatMap(Epoch.init) {
            recorder.add(
                .mapStored(
                    .init(
                        author: origin.name, epoch: epoch, version: Self.version(answer),
                        isCreation: call.verb == "create", sent: origin.sent, at: recorder.now)))
        }
        return answer
    }

    static func change(
        _ lease: Lease, by author: String?, _ sent: Duration, _ now: Duration
    ) -> ElectionHistory.LeaseChange {
        .init(
            author: author, holder: lease.holderIdentity ?? "", seconds: lease.leaseDurationSeconds ?? 0,
            version: version(lease.json), sent: sent, at: now)
    }

    static func version(_ json: JSONValue) -> Int {
        json[["metadata", "resourceVersion"]]?.string.flatMap { Int($0) } ?? 0
    }
}

/// Stands at a participant's end of the network, and notes what it sends and is told.
struct ParticipantDoor: APIFilter {
    let name: String
    let identity: String
    let recorder: HistoryRecorder
    /// Whether the participant leads, by its own word.
    let believes: @Sendable () -> Bool

    func answer(to call: APICall, from next: Next) async throws(KubernetesError) -> JSONValue {
        let origin = RequestOrigin(name: name, sent: recorder.now)
        if call.verb != "get", call.type == ConfigMap.type {
            recorder.add(.sending(name, believes: believes(), at: recorder.now))
        }
        let answer: JSONValue
        do {
            answer = try await RequestOrigin.$current.withValue(origin) { try await next(call) }
        } catch let error as KubernetesError {
            throw error
        } catch {
            throw KubernetesError(.unexpectedAnswer, message: "\(error)")
        }
        guard call.type == Lease.type else { return answer }
        if call.verb != "get", Lease(json: answer).holderIdentity == identity {
            recorder.add(
                .granted(name, sent: origin.sent, version: ServerDoor.version(answer), at: recorder.now))
        }
        note(answer)
        return answer
    }

    func show(_ object: JSONValue, of type: ResourceType) -> JSONValue? {
        if type == Lease.type { note(object) }
        return object
    }

    private func note(_ json: JSONValue) {
        guard let holder = Lease(json: json).holderIdentity, !holder.isEmpty, holder != identity, believes() else {
            return
        }
        recorder.add(.shown(name, holder: holder, version: ServerDoor.version(json), at: recorder.now))
    }
}

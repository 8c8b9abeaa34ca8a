import OperatorCore
import Synchronization

/// The ConfigMap that events are about: its name, and its `uid` once it was seen. `kubectl describe` shows events of that very
/// object only.
final class EventSubject: Sendable {
    private let object: Mutex<ConfigMap>
    private let recorder: EventRecorder
    private let namespace: String

    init(_ recorder: EventRecorder, namespace: String, name: String) {
        self.recorder = recorder
        self.namespace = namespace
        object = Mutex(ConfigMap(name: name))
    }

    /// The object as it is now, of which only the `uid` is kept.
    func saw(_ map: ConfigMap) {
        guard let uid = map.uid else { return }
        object.withLock { $0.json[["metadata", "uid"]] = .string(uid) }
    }

    /// Records an event. Returns at once, whatever becomes of it.
    func record(_ reason: EventReason, _ message: String) {
        recorder.record(
            reason.severity, reason: reason.rawValue, message: message, about: object.withLock { $0 },
            namespace: namespace)
    }
}

import NetworkPrimitives
import Synchronization

/// Which zones names are in, as a server has told. It holds until the server says otherwise.
final class KnownZones: Sendable {
    private let known = Mutex<[RecordName: RecordName]>([:])
    /// More names than this are not remembered.
    private static let capacity = 1024

    func zone(of name: RecordName) -> RecordName? { known.withLock { $0[name] } }

    func remember(_ apex: RecordName, of name: RecordName) {
        known.withLock {
            if $0.count >= Self.capacity { $0 = [:] }
            $0[name] = apex
        }
    }

    func forget(_ name: RecordName) {
        known.withLock { _ = $0.removeValue(forKey: name) }
    }
}

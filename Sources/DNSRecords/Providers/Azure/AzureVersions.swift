import Synchronization

/// What record sets were when they were read, for writing over exactly that.
final class AzureVersions: Sendable {
    struct Version: Sendable {
        var set: RecordSet
        var etag: String
        var metadata: [String: String]?
    }

    private struct Key: Hashable {
        var name: RecordName
        var type: RecordType
    }

    private static var capacity: Int { 1024 }
    private let known = Mutex<[Key: Version]>([:])

    func remember(_ version: Version) {
        known.withLock {
            if $0.count >= Self.capacity { $0 = [:] }
            $0[Key(name: version.set.name, type: version.set.type)] = version
        }
    }

    /// The version of exactly that set; it is used once.
    func take(_ set: RecordSet) -> Version? {
        known.withLock { known in
            let key = Key(name: set.name, type: set.type)
            guard let version = known[key], version.set == set else { return nil }
            known[key] = nil
            return version
        }
    }
}

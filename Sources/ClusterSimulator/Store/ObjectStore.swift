/// The objects of the simulated API server and the history of their changes: a value without I/O.
///
/// As in etcd, one counter numbers all changes of all objects, and the history reaches back to the last compaction.
struct ObjectStore: Sendable {
    /// Where an object is filed.
    struct Key: Hashable, Sendable, Comparable {
        var storage: String
        /// Empty for objects of the cluster.
        var namespace: String
        var name: String

        static func < (a: Key, b: Key) -> Bool {
            (a.storage, a.namespace, a.name) < (b.storage, b.namespace, b.name)
        }
    }

    /// One change, in the history.
    struct Change: Sendable {
        var resourceVersion: UInt64
        var key: Key
        /// `nil` where the object was created.
        var old: OrderedJSON?
        /// `nil` where the object was deleted.
        var new: OrderedJSON?
        /// The last state of a deleted object, with the deletion's resourceVersion.
        var tombstone: OrderedJSON?
    }

    private(set) var objects: [Key: OrderedJSON] = [:]
    /// The number of the last change.
    private(set) var resourceVersion: UInt64
    /// The oldest version from which the history is complete.
    private(set) var compactedVersion: UInt64
    private var history: [Change] = []
    private let historyLimit: Int

    init(resourceVersion: UInt64 = 1, historyLimit: Int = 10_000) {
        self.resourceVersion = resourceVersion
        self.historyLimit = max(1, historyLimit)
        compactedVersion = 0
    }

    /// Takes up where another process left off: the history is not known.
    init(restoring objects: [Key: OrderedJSON], resourceVersion: UInt64, historyLimit: Int = 10_000) {
        self.init(resourceVersion: resourceVersion, historyLimit: historyLimit)
        self.objects = objects
        compactedVersion = resourceVersion
    }

    /// Stores a new or changed object under the next resourceVersion, and returns it with that version.
    mutating func put(_ object: OrderedJSON, at key: Key) -> OrderedJSON {
        var stored = object
        resourceVersion += 1
        stored.setMetadata("resourceVersion", .string(String(resourceVersion)))
        append(Change(resourceVersion: resourceVersion, key: key, old: objects[key], new: stored))
        objects[key] = stored
        return stored
    }

    /// Removes an object; returns what it was.
    @discardableResult
    mutating func remove(_ key: Key) -> OrderedJSON? {
        guard let old = objects.removeValue(forKey: key) else { return nil }
        resourceVersion += 1
        var tombstone = old
        tombstone.setMetadata("resourceVersion", .string(String(resourceVersion)))
        append(Change(resourceVersion: resourceVersion, key: key, old: old, new: nil, tombstone: tombstone))
        return old
    }

    private mutating func append(_ change: Change) {
        history.append(change)
        // A batch at a time, so that a full history does not move on every write.
        if history.count > historyLimit + historyLimit / 4 {
            let dropped = history.count - historyLimit
            compactedVersion = max(compactedVersion, history[dropped - 1].resourceVersion)
            history.removeFirst(dropped)
        }
    }

    /// Forgets the history up to now: older watch positions have expired.
    mutating func compact() {
        compactedVersion = resourceVersion
        history.removeAll()
    }

    /// Counts up without a change, as writes to objects that the simulator does not have would.
    mutating func advanceResourceVersion(by count: UInt64 = 1) { resourceVersion += count }

    /// Changes after a version, oldest first. Complete only from ``compactedVersion`` on.
    func changes(after version: UInt64) -> ArraySlice<Change> {
        var low = history.startIndex
        var high = history.endIndex
        while low < high {
            let middle = (low + high) / 2
            if history[middle].resourceVersion <= version { low = middle + 1 } else { high = middle }
        }
        return history[low...]
    }

    /// Objects of one type as they were at a version that the history still reaches, sorted by key.
    func objects(of storage: String, namespace: String?, at version: UInt64? = nil) -> [(Key, OrderedJSON)] {
        var current = objects
        if let version, version < resourceVersion {
            for change in changes(after: version).reversed() { current[change.key] = change.old }
        }
        return current.filter { key, _ in
            key.storage == storage && (namespace == nil || key.namespace == namespace)
        }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension OrderedJSON {
    /// Sets or removes a field of metadata, and keeps the order in which the server writes them.
    mutating func setMetadata(_ field: String, _ value: OrderedJSON?) {
        var metadata = self["metadata"] ?? .object([])
        let isNew = metadata[field] == nil && value != nil
        metadata[field] = value
        if isNew, let normalised = try? ObjectSchema.metadata.normalise(metadata) { metadata = normalised }
        self["metadata"] = metadata
    }

    var metadataName: String? { self[path: "metadata", "name"]?.string }
    var metadataNamespace: String? { self[path: "metadata", "namespace"]?.string }
    var metadataResourceVersion: String? { self[path: "metadata", "resourceVersion"]?.string }
}

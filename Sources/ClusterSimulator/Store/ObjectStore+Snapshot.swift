extension ObjectStore {
    /// Why a saved state cannot be used.
    struct SnapshotError: Error, CustomStringConvertible {
        var description: String
    }

    /// The objects and the counter, without the history: what etcd still has after a compaction.
    var snapshot: OrderedJSON {
        let entries = objects.sorted { $0.key < $1.key }.map { key, object -> OrderedJSON in
            [
                "storage": .string(key.storage), "namespace": .string(key.namespace), "name": .string(key.name),
                "object": object,
            ]
        }
        return ["resourceVersion": .string(String(resourceVersion)), "objects": .array(entries)]
    }

    init(snapshot: OrderedJSON, historyLimit: Int) throws(SnapshotError) {
        guard let text = snapshot["resourceVersion"]?.string, let version = UInt64(text),
            let entries = snapshot["objects"]?.array
        else { throw SnapshotError(description: "the saved state has no resourceVersion or no objects") }
        var objects: [Key: OrderedJSON] = [:]
        for entry in entries {
            guard let storage = entry["storage"]?.string, let namespace = entry["namespace"]?.string,
                let name = entry["name"]?.string, let object = entry["object"]
            else { throw SnapshotError(description: "the saved state has an entry that is not an object") }
            objects[Key(storage: storage, namespace: namespace, name: name)] = object
        }
        self.init(restoring: objects, resourceVersion: version, historyLimit: historyLimit)
    }
}

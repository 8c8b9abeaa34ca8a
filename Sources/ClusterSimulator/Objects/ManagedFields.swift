/// Who last set which fields of one object: the content of `metadata.managedFields`.
struct ManagedFields: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var manager: String
        /// `Update` or `Apply`.
        var operation: String
        var apiVersion: String
        var time: String
        var fields: FieldSet
    }

    var entries: [Entry] = []

    init(of object: OrderedJSON) {
        entries = (object[path: "metadata", "managedFields"]?.array ?? []).map { json in
            Entry(
                manager: json["manager"]?.string ?? "", operation: json["operation"]?.string ?? "",
                apiVersion: json["apiVersion"]?.string ?? "", time: json["time"]?.string ?? "",
                fields: FieldSet(json: json["fieldsV1"] ?? .object([])))
        }
    }

    /// Entries in the server's order: operation, time, manager.
    var json: OrderedJSON? {
        guard !entries.isEmpty else { return nil }
        let sorted = entries.sorted { a, b in
            (a.operation, a.time, a.manager, a.apiVersion) < (b.operation, b.time, b.manager, b.apiVersion)
        }
        return .array(
            sorted.map { entry in
                [
                    "manager": .string(entry.manager), "operation": .string(entry.operation),
                    "apiVersion": .string(entry.apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
                    "fieldsV1": entry.fields.json,
                ]
            })
    }

    /// Who makes a change, and how.
    struct Actor: Hashable, Sendable {
        var manager: String
        var apiVersion: String
        var time: String
    }

    /// Records a create, update or patch: what changed now belongs to the manager, and to nobody else.
    mutating func recordUpdate(
        from old: [FieldSet.Path: OrderedJSON?], to new: [FieldSet.Path: OrderedJSON?], by actor: Actor
    ) {
        let changed = Self.changed(from: old, to: new)
        let removed = Set(old.keys).subtracting(new.keys)
        guard !changed.isEmpty || !removed.isEmpty else { return }
        let isMine = { (entry: Entry) in entry.manager == actor.manager && entry.operation == "Update" }
        for index in entries.indices {
            entries[index].fields.paths.subtract(removed)
            if !isMine(entries[index]) { entries[index].fields.paths.subtract(changed) }
        }
        if let mine = entries.firstIndex(where: isMine) {
            entries[mine].fields.paths.formUnion(changed)
            entries[mine].time = actor.time
        } else {
            entries.append(
                Entry(
                    manager: actor.manager, operation: "Update", apiVersion: actor.apiVersion, time: actor.time,
                    fields: FieldSet(paths: changed)))
        }
        entries.removeAll { $0.fields.isEmpty }
    }

    /// Fields that an apply would take from others: (manager, its API version, path).
    func conflicts(
        from old: [FieldSet.Path: OrderedJSON?], to new: [FieldSet.Path: OrderedJSON?], by manager: String
    ) -> [(manager: String, apiVersion: String, path: FieldSet.Path)] {
        let changed = Self.changed(from: old, to: new)
        var found: [(manager: String, apiVersion: String, path: FieldSet.Path)] = []
        for entry in entries where !(entry.manager == manager && entry.operation == "Apply") {
            for path in entry.fields.paths.intersection(changed) {
                found.append((entry.manager, entry.apiVersion, path))
            }
        }
        return found.sorted { a, b in
            a.manager != b.manager ? a.manager < b.manager : a.path.lexicographicallyPrecedes(b.path)
        }
    }

    /// Fields that this manager applied before, leaves out now, and that nobody else has.
    func abandoned(by manager: String, applying fields: FieldSet) -> Set<FieldSet.Path> {
        guard let mine = entries.first(where: { $0.manager == manager && $0.operation == "Apply" }) else { return [] }
        let others = entries.filter { $0 != mine }.reduce(into: Set<FieldSet.Path>()) { $0.formUnion($1.fields.paths) }
        return mine.fields.paths.subtracting(fields.paths).subtracting(others)
    }

    /// Records a forced or conflict-free apply.
    mutating func recordApply(
        of fields: FieldSet, from old: [FieldSet.Path: OrderedJSON?], to new: [FieldSet.Path: OrderedJSON?],
        by actor: Actor
    ) {
        let lost = Self.changed(from: old, to: new).union(Set(old.keys).subtracting(new.keys))
        let mine = entries.firstIndex { $0.manager == actor.manager && $0.operation == "Apply" }
        let before = mine.map { entries[$0] }
        if let mine { entries.remove(at: mine) }
        for index in entries.indices { entries[index].fields.paths.subtract(lost) }
        entries.removeAll { $0.fields.isEmpty }
        let isUnchanged = before?.fields == fields && lost.isEmpty
        entries.append(
            Entry(
                manager: actor.manager, operation: "Apply", apiVersion: actor.apiVersion,
                time: isUnchanged ? before?.time ?? actor.time : actor.time, fields: fields))
    }

    private static func changed(
        from old: [FieldSet.Path: OrderedJSON?], to new: [FieldSet.Path: OrderedJSON?]
    ) -> Set<FieldSet.Path> {
        Set(
            new.compactMap { path, value in
                guard let before = old[path] else { return path }
                return before == value ? nil : path
            })
    }
}

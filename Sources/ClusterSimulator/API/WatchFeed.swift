/// The position of one watch: which events it has seen, and which come next. A value without I/O.
///
/// ``begin(_:)`` comes first; then ``storeChanged(_:)`` and ``bookmarkDue(_:)`` in any order until one says that it ended.
struct WatchFeed: Sendable {
    let resource: SimulatedResource
    let namespace: String?
    let options: ListOptions
    private var cursor: UInt64 = 0
    /// What the watch had been told of when it began.
    private var begun: UInt64 = 0

    /// Lines to send now, and whether the stream ends after them.
    struct Output: Sendable {
        var lines: [OrderedJSON] = []
        var isEnd = false
    }

    init(resource: SimulatedResource, namespace: String?, options: ListOptions) {
        self.resource = resource
        self.namespace = namespace
        self.options = options
    }

    var wantsBookmarks: Bool { options.allowsBookmarks }

    mutating func begin(_ store: borrowing ObjectStore) -> Output {
        defer { begun = cursor }
        let asked = UInt64(options.resourceVersion) ?? 0
        let isInitial = options.sendInitialEvents ?? (asked == 0)
        guard isInitial else {
            // Without a position, and without the initial events: from now on.
            cursor = asked == 0 ? store.resourceVersion : asked
            return storeChanged(store)
        }
        var output = Output()
        for (_, object) in store.objects(of: resource.storage, namespace: namespace) where matches(object) {
            output.lines.append(event("ADDED", resource.view(of: object)))
        }
        cursor = store.resourceVersion
        if options.sendInitialEvents == true, wantsBookmarks {
            output.lines.append(
                event("BOOKMARK", bookmark(annotations: ["k8s.io/initial-events-end": "true"])))
        }
        return output
    }

    mutating func storeChanged(_ store: borrowing ObjectStore) -> Output {
        guard cursor >= store.compactedVersion else {
            let failure = APIFailure.tooOldResourceVersion(cursor, oldest: store.compactedVersion)
            return Output(lines: [event("ERROR", failure.status)], isEnd: true)
        }
        var output = Output()
        for change in store.changes(after: cursor) where change.key.storage == resource.storage {
            guard namespace == nil || change.key.namespace == namespace else { continue }
            if let line = line(for: change) { output.lines.append(line) }
        }
        cursor = max(cursor, store.resourceVersion)
        return output
    }

    /// A bookmark at the present version. A watch from the future gets none.
    ///
    /// - Parameter onlyNews: sends none while the store is still at the version where the watch began, as the real server.
    mutating func bookmarkDue(_ store: borrowing ObjectStore, onlyNews: Bool) -> Output {
        var output = storeChanged(store)
        guard wantsBookmarks, !output.isEnd, cursor == store.resourceVersion else { return output }
        if onlyNews, cursor == begun { return output }
        output.lines.append(event("BOOKMARK", bookmark(annotations: nil)))
        return output
    }

    /// An object that begins to match a selector is added, and one that ceases to is deleted.
    private func line(for change: ObjectStore.Change) -> OrderedJSON? {
        let before = change.old.map(matches) ?? false
        if let new = change.new {
            switch (before, matches(new)) {
            case (false, true): return event("ADDED", resource.view(of: new))
            case (true, true): return event("MODIFIED", resource.view(of: new))
            case (true, false):
                var last = change.old ?? new
                last.setMetadata("resourceVersion", .string(String(change.resourceVersion)))
                return event("DELETED", resource.view(of: last))
            case (false, false): return nil
            }
        }
        guard before, let tombstone = change.tombstone else { return nil }
        return event("DELETED", resource.view(of: tombstone))
    }

    private func matches(_ object: OrderedJSON) -> Bool {
        options.fieldSelector.matches(object, of: resource) && options.labelSelector.matches(object)
    }

    private func bookmark(annotations: OrderedJSON?) -> OrderedJSON {
        var metadata: OrderedJSON = ["resourceVersion": .string(String(cursor))]
        if let annotations { metadata["annotations"] = annotations }
        var object: OrderedJSON = [
            "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion), "metadata": metadata,
        ]
        // Structs that are never left out appear in a bookmark as well.
        for field in resource.schema?.fields ?? [] where object[field.name] == nil {
            if case .always(let standard) = field.presence { object[field.name] = standard }
        }
        return object
    }

    private func event(_ type: String, _ object: OrderedJSON) -> OrderedJSON {
        ["type": .string(type), "object": object]
    }
}

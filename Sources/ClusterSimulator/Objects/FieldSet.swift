/// A set of fields of an object, as `managedFields` records who set what (FieldsV1).
///
/// A field is the path of its `f:`-prefixed names. A map counts as a field of its own beside its entries: FieldsV1
/// writes that as the member `.`.
struct FieldSet: Hashable, Sendable {
    typealias Path = [String]

    var paths: Set<Path> = []

    var isEmpty: Bool { paths.isEmpty }

    /// The fields of an object and their values. Maps themselves have the value `nil`.
    static func values(of object: OrderedJSON, schema: ObjectSchema?) -> [Path: OrderedJSON?] {
        var values: [Path: OrderedJSON?] = [:]
        for member in object.members ?? [] where !["kind", "apiVersion", "metadata"].contains(member.key) {
            let field = schema?.fields.first { $0.name == member.key }
            collect(member.value, field: field, hasSchema: schema != nil, at: ["f:\(member.key)"], into: &values)
        }
        // What the server itself keeps in metadata belongs to nobody.
        for name in ["generateName", "labels", "annotations", "ownerReferences", "finalizers"] {
            guard let value = object[path: "metadata", name] else { continue }
            let field = ObjectSchema.metadata.fields.first { $0.name == name }
            collect(value, field: field, hasSchema: true, at: ["f:metadata", "f:\(name)"], into: &values)
        }
        return values
    }

    private static func collect(
        _ value: OrderedJSON, field: ObjectSchema.Field?, hasSchema: Bool, at path: Path,
        into values: inout [Path: OrderedJSON?]
    ) {
        guard let field, hasSchema else {
            // Without a schema every object is a map.
            guard let members = value.members else {
                values[path] = .some(value)
                return
            }
            values[path] = .some(nil)
            for member in members {
                collect(member.value, field: nil, hasSchema: false, at: path + ["f:\(member.key)"], into: &values)
            }
            return
        }
        if case .always(let standard) = field.presence, value == standard { return }
        switch field.type {
        case .object(let schema):
            for member in value.members ?? [] {
                let inner = schema.fields.first { $0.name == member.key }
                collect(member.value, field: inner, hasSchema: true, at: path + ["f:\(member.key)"], into: &values)
            }
        case .stringMap, .bytesMap:
            values[path] = .some(nil)
            for member in value.members ?? [] { values[path + ["f:\(member.key)"]] = .some(member.value) }
        default: values[path] = .some(value)
        }
    }

    /// FieldsV1, sorted by name.
    var json: OrderedJSON {
        Self.render(paths.sorted { $0.lexicographicallyPrecedes($1) }[...], depth: 0)
    }

    private static func render(_ sorted: ArraySlice<Path>, depth: Int) -> OrderedJSON {
        var members: [OrderedJSON.Member] = []
        var rest = sorted
        if let first = rest.first, first.count == depth {
            rest = rest.dropFirst()
            // A field without fields inside is written as an empty object, not with a dot.
            if !rest.isEmpty { members.append(.init(".", .object([]))) }
        }
        while let name = rest.first?[depth] {
            let group = rest.prefix { $0[depth] == name }
            members.append(.init(name, render(group, depth: depth + 1)))
            rest = rest.dropFirst(group.count)
        }
        return .object(members)
    }

    init(paths: Set<Path> = []) { self.paths = paths }

    /// Reads FieldsV1.
    init(json: OrderedJSON) {
        Self.collect(json, at: [], into: &paths)
    }

    private static func collect(_ json: OrderedJSON, at path: Path, into paths: inout Set<Path>) {
        let members = json.members ?? []
        if members.isEmpty, !path.isEmpty { paths.insert(path) }
        for member in members {
            if member.key == "." {
                paths.insert(path)
            } else {
                collect(member.value, at: path + [member.key], into: &paths)
            }
        }
    }
}

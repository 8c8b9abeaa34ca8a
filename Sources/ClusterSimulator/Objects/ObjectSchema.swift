/// The fields of one type of object: their order on the wire, their types, and when they are left out.
///
/// It stands for the Go structs of the real server. Fields that a schema does not have are dropped, as there.
struct ObjectSchema: Sendable {
    /// Name of the Go struct, for messages.
    var typeName: String
    var fields: [Field]

    struct Field: Sendable {
        var name: String
        var type: FieldType
        var presence: Presence = .omitEmpty
    }

    /// When a field appears in an answer.
    enum Presence: Sendable {
        /// Left out while it has its type's zero value.
        case omitEmpty
        /// Left out only while it is null: Go's pointers.
        case omitNull
        /// Always there, with this value where the client sent none.
        case always(OrderedJSON)
    }

    indirect enum FieldType: Sendable {
        case string, int32, bool, time, microTime
        case stringMap, bytesMap
        case list(FieldType)
        case object(ObjectSchema)
        /// An object that has one owner as a whole.
        case atomicObject(ObjectSchema)
        /// Anything, kept as it came.
        case any
    }

    /// Why a document does not fit a schema, in the words of the Go decoder.
    struct DecodingError: Error, Hashable {
        var message: String
    }

    /// The document with the schema's fields in the schema's order and nothing else.
    func normalise(_ json: OrderedJSON) throws(DecodingError) -> OrderedJSON {
        try normalise(json, path: [])
    }

    private func normalise(_ json: OrderedJSON, path: [String]) throws(DecodingError) -> OrderedJSON {
        var members: [OrderedJSON.Member] = []
        for field in fields {
            let inner = path + [field.name]
            let value = json[field.name] ?? .null
            var decoded: OrderedJSON?
            if !value.isNull { decoded = try decode(value, as: field.type, path: inner) }
            if let kept = try keep(decoded, of: field, path: inner) { members.append(.init(field.name, kept)) }
        }
        return .object(members)
    }

    private func keep(
        _ value: OrderedJSON?, of field: Field, path: [String]
    ) throws(DecodingError) -> OrderedJSON? {
        switch field.presence {
        case .omitEmpty:
            guard let value else { return nil }
            return Self.isZero(value) ? nil : value
        case .omitNull: return value
        case .always(let standard): return value ?? standard
        }
    }

    private func decode(
        _ value: OrderedJSON, as type: FieldType, path: [String]
    ) throws(DecodingError) -> OrderedJSON {
        switch type {
        case .string:
            guard case .string = value else { throw mismatch(value, path, "string") }
            return value
        case .int32:
            guard case .integer(let number) = value, Int32(exactly: number) != nil else {
                throw mismatch(value, path, "int32")
            }
            return value
        case .bool:
            guard case .bool = value else { throw mismatch(value, path, "bool") }
            return value
        case .time: return try decode(time: value, path: path, layout: .rfc3339)
        case .microTime: return try decode(time: value, path: path, layout: .rfc3339Micro)
        case .stringMap:
            guard let members = value.members else { throw mismatch(value, path, "map[string]string") }
            for member in members where member.value.string == nil && !member.value.isNull {
                throw mismatch(member.value, path, "string")
            }
            let kept = members.map { OrderedJSON.Member($0.key, .string($0.value.string ?? "")) }
            return .object(kept.sorted { $0.key < $1.key })
        case .bytesMap:
            guard let members = value.members else { throw mismatch(value, path, "map[string][]uint8") }
            for member in members where member.value.string == nil {
                throw mismatch(member.value, path, "[]uint8")
            }
            return .object(members.sorted { $0.key < $1.key })
        case .list(let element):
            guard let elements = value.array else { throw mismatch(value, path, "[]\(Self.goName(of: element))") }
            var decoded: [OrderedJSON] = []
            for each in elements { decoded.append(try decode(each, as: element, path: path)) }
            return .array(decoded)
        case .object(let schema), .atomicObject(let schema):
            guard case .object = value else { throw mismatch(value, path, schema.typeName) }
            return try schema.normalise(value, path: path)
        case .any: return value
        }
    }

    private func decode(
        time value: OrderedJSON, path: [String], layout: Timestamp.Layout
    ) throws(DecodingError) -> OrderedJSON {
        guard let text = value.string else {
            throw DecodingError(message: "json: cannot unmarshal \(value.typeName) into Go value of type string")
        }
        let time: Timestamp
        do { time = try Timestamp(parsing: text, as: layout) } catch { throw DecodingError(message: error.message) }
        return .string(layout == .rfc3339 ? time.rfc3339 : time.rfc3339Micro)
    }

    private func mismatch(_ value: OrderedJSON, _ path: [String], _ goType: String) -> DecodingError {
        var shown = value.typeName
        if goType == "int32", shown == "number" { shown += " \(value)" }
        return DecodingError(
            message: "json: cannot unmarshal \(shown) into Go struct field \(typeName).\(path.joined(separator: ".")) "
                + "of type \(goType)")
    }

    private static func goName(of type: FieldType) -> String {
        switch type {
        case .string: "string"
        case .int32: "int32"
        case .bool: "bool"
        case .time: "v1.Time"
        case .microTime: "v1.MicroTime"
        case .stringMap: "map[string]string"
        case .bytesMap: "map[string][]uint8"
        case .list(let element): "[]\(goName(of: element))"
        case .object(let schema), .atomicObject(let schema): schema.typeName
        case .any: "interface {}"
        }
    }

    static func isZero(_ value: OrderedJSON) -> Bool {
        switch value {
        case .null: true
        case .bool(let value): !value
        case .integer(let value): value == 0
        case .number(let value): value == 0
        case .string(let value): value.isEmpty
        case .array(let value): value.isEmpty
        case .object(let value): value.isEmpty
        }
    }
}

/// A JSON document that keeps the order of its members, as the API server's answers do.
///
/// Objects of the simulated API server are held in this form. It is written with literals in tests:
///
/// ```swift
/// let object: OrderedJSON = ["metadata": ["name": "esddns-wan-address"], "data": ["ipv4": "198.51.100.7"]]
/// ```
public enum OrderedJSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([OrderedJSON])
    case object([Member])

    /// One name and value of an object.
    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: OrderedJSON

        public init(_ key: String, _ value: OrderedJSON) {
            self.key = key
            self.value = value
        }
    }
}

extension OrderedJSON: Equatable {
    /// Equality of meaning: the order of an object's members does not count.
    public static func == (a: OrderedJSON, b: OrderedJSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count
                && a.allSatisfy { member in b.contains { $0.key == member.key && $0.value == member.value } }
        default: false
        }
    }
}

extension OrderedJSON {
    /// A member of an object. Reading what is not there gives `nil`; writing `nil` removes the member; a new member is
    /// appended; writing into what is not an object makes it one.
    public subscript(_ key: String) -> OrderedJSON? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.key == key }?.value
        }
        set {
            var members = self.members ?? []
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// A member of nested objects: `json[path: "metadata", "name"]`. Writing creates the objects on the way.
    public subscript(path path: String...) -> OrderedJSON? {
        get { self[path: path] }
        set { self[path: path] = newValue }
    }

    /// A member of nested objects, by a path that is computed.
    public subscript(path path: [String]) -> OrderedJSON? {
        get {
            var value: OrderedJSON? = self
            for key in path { value = value?[key] }
            return value
        }
        set {
            guard let first = path.first else { return }
            guard path.count > 1 else {
                self[first] = newValue
                return
            }
            if newValue == nil, self[first] == nil { return }
            var inner = self[first] ?? .object([])
            inner[path: Array(path.dropFirst())] = newValue
            self[first] = inner
        }
    }

    public var members: [Member]? { if case .object(let value) = self { value } else { nil } }
    public var array: [OrderedJSON]? { if case .array(let value) = self { value } else { nil } }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The members as a dictionary of texts, where all values are texts; otherwise `nil`. For `data` and `labels`.
    public var stringMap: [String: String]? {
        guard let members else { return nil }
        var map: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else { return nil }
            map[member.key] = text
        }
        return map
    }

    /// An object of texts, sorted by name.
    public init(_ map: [String: String]) {
        self = .object(map.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }

    /// What JSON calls this kind of value.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// Not by `nil`: where an optional value is expected, the compiler could take it for JSON's null.
extension OrderedJSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: OrderedJSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, OrderedJSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

/// Any JSON document, kept whole: what a Kubernetes object is before anybody gives it a type.
///
/// Objects of the API server pass through this type and back without losing fields that this library does not know.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Without fraction and exponent, and within 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The shortest digits that read back as the same value; null where it is not finite, for which JSON has no form.
    public static func number(_ value: Double) -> JSONValue { JSONNumber(value).map { .number($0) } ?? .null }

    /// A member of an object. Reading anything that is not there gives `nil`; writing `nil` removes the member;
    /// writing into what is not an object makes it one.
    public subscript(_ key: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[key]
        }
        set {
            var members: [String: JSONValue] = [:]
            if case .object(let existing) = self { members = existing }
            members[key] = newValue
            self = .object(members)
        }
    }

    /// A member of nested objects: `json[["metadata", "resourceVersion"]]`. Writing creates the objects on the way.
    public subscript(_ path: [String]) -> JSONValue? {
        get {
            var value: JSONValue? = self
            for key in path { value = value?[key] }
            return value
        }
        set {
            guard let first = path.first else { return }
            guard path.count > 1 else {
                self[first] = newValue
                return
            }
            var inner = self[first] ?? .object([:])
            inner[Array(path.dropFirst())] = newValue
            self[first] = inner
        }
    }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The value of any number as far as a `Double` can hold it.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value.double
        default: nil
        }
    }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }
}

// Not by `nil`: where an optional value is expected, the compiler could take it for JSON's null.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

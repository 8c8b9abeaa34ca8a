/// What is wrong with one field of an object, as Kubernetes' `field.Error` words it.
struct FieldError: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String {
        case invalid = "FieldValueInvalid"
        case required = "FieldValueRequired"
        case forbidden = "FieldValueForbidden"
        case notSupported = "FieldValueNotSupported"
        case tooLong = "FieldValueTooLong"
    }

    var kind: Kind
    var field: String
    var message: String

    /// `metadata.name: Invalid value: "Bad_Name": …`
    var description: String { "\(field): \(message)" }

    var cause: OrderedJSON {
        ["reason": .string(kind.rawValue), "message": .string(message), "field": .string(field)]
    }

    static func invalid(_ field: String, _ value: String, _ why: String) -> FieldError {
        FieldError(kind: .invalid, field: field, message: "Invalid value: \(goQuoted(value)): \(why)")
    }

    static func invalid(_ field: String, number: Int64, _ why: String) -> FieldError {
        FieldError(kind: .invalid, field: field, message: "Invalid value: \(number): \(why)")
    }

    static func required(_ field: String, _ why: String = "") -> FieldError {
        FieldError(kind: .required, field: field, message: "Required value" + (why.isEmpty ? "" : ": \(why)"))
    }

    static func forbidden(_ field: String, _ why: String) -> FieldError {
        FieldError(kind: .forbidden, field: field, message: "Forbidden: \(why)")
    }

    static func notSupported(_ field: String, _ value: String, supported: [String]) -> FieldError {
        let list = supported.map(goQuoted).joined(separator: ", ")
        return FieldError(
            kind: .notSupported, field: field,
            message: "Unsupported value: \(goQuoted(value)): supported values: \(list)")
    }

    static func tooLong(_ field: String, bytes: Int) -> FieldError {
        FieldError(kind: .tooLong, field: field, message: "Too long: may not be more than \(bytes) bytes")
    }
}

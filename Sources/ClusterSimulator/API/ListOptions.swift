/// The query parameters of list and watch requests, parsed and checked.
struct ListOptions: Sendable {
    var fieldSelector: FieldSelector
    var labelSelector: LabelSelector
    var resourceVersion = ""
    var resourceVersionMatch = ""
    var isWatch = false
    var allowsBookmarks = false
    var sendInitialEvents: Bool?
    var timeoutSeconds: Int64?
    var limit: Int64 = 0
    var continueToken = ""

    init(_ request: SimulatedRequest) throws(APIFailure) {
        fieldSelector = try FieldSelector(parsing: request.query("fieldSelector") ?? "")
        labelSelector = try LabelSelector(parsing: request.query("labelSelector") ?? "")
        for (name, value) in request.query {
            switch name {
            case "resourceVersion": resourceVersion = value
            case "resourceVersionMatch": resourceVersionMatch = value
            case "watch": isWatch = Self.bool(value)
            case "allowWatchBookmarks": allowsBookmarks = Self.bool(value)
            case "sendInitialEvents": sendInitialEvents = Self.bool(value)
            case "timeoutSeconds": timeoutSeconds = try Self.integer(value)
            case "limit": limit = try Self.integer(value)
            case "continue": continueToken = value
            default: break
            }
        }
        let problems = isWatch ? watchProblems : listProblems
        if !problems.isEmpty { throw .invalid(kind: "ListOptions", group: "meta.k8s.io", name: "", problems) }
    }

    /// As the server reads a flag: anything but `false` and `0` is true, even nothing.
    static func bool(_ text: String) -> Bool { text.lowercased() != "false" && text != "0" }

    private static func integer(_ text: String) throws(APIFailure) -> Int64 {
        guard let value = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \(goQuoted(text)): invalid syntax")
        }
        return value
    }

    private var watchProblems: [FieldError] {
        let field = "resourceVersionMatch"
        var problems: [FieldError] = []
        if sendInitialEvents != nil, resourceVersionMatch != "NotOlderThan" {
            problems.append(
                .forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        }
        guard !resourceVersionMatch.isEmpty else { return problems }
        if sendInitialEvents == nil {
            problems.append(
                .forbidden(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        }
        if resourceVersionMatch != "NotOlderThan" {
            problems.append(.notSupported(field, resourceVersionMatch, supported: ["NotOlderThan"]))
        }
        if !continueToken.isEmpty {
            problems.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
        }
        return problems
    }

    private var listProblems: [FieldError] {
        let field = "resourceVersionMatch"
        var problems: [FieldError] = []
        if sendInitialEvents != nil {
            problems.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        }
        guard !resourceVersionMatch.isEmpty else { return problems }
        if resourceVersion.isEmpty {
            problems.append(.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        if !continueToken.isEmpty {
            problems.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
        }
        if !["Exact", "NotOlderThan"].contains(resourceVersionMatch) {
            problems.append(.notSupported(field, resourceVersionMatch, supported: ["Exact", "NotOlderThan", ""]))
        }
        if resourceVersionMatch == "Exact", resourceVersion == "0" {
            problems.append(
                .forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
        }
        return problems
    }

    /// The complaint of the server about a version that is not a number.
    static func malformedVersion(_ text: String) -> String {
        "resourceVersion: Invalid value: \(goQuoted(text)): strconv.ParseUint: parsing \(goQuoted(text)): invalid syntax"
    }
}

/// Where a list goes on: the server's `continue` token.
struct ContinueToken: Hashable, Sendable {
    /// -1: at the current version, at the price of consistency.
    var resourceVersion: Int64
    /// Key to start at, relative to the collection.
    var start: String

    init(resourceVersion: Int64, start: String) {
        self.resourceVersion = resourceVersion
        self.start = start
    }

    init(parsing text: String) throws(APIFailure) {
        guard let bytes = Base64URL.decode(text), let json = try? OrderedJSON(parsing: bytes),
            json["v"]?.string == "meta.k8s.io/v1", let version = json["rv"]?.integer, version != 0,
            let start = json["start"]?.string
        else { throw .badRequest("continue key is not valid: \(goQuoted(text))") }
        resourceVersion = version
        self.start = start
    }

    var text: String {
        let json: OrderedJSON = ["v": "meta.k8s.io/v1", "rv": .integer(resourceVersion), "start": .string(start)]
        return Base64URL.encode(json.bytes)
    }
}

/// Base 64 with the alphabet for URLs and without padding (RFC 4648 section 5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[Int(value >> UInt32(18 - 6 * index) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var value: UInt32 = 0
        var bits = 0
        for character in text.utf8 where character != UInt8(ascii: "=") {
            guard let digit = alphabet.firstIndex(of: character) else { return nil }
            value = value << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
            }
        }
        return bytes
    }
}

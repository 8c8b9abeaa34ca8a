import HTTPTypes

/// Status and header of a final response.
struct ResponseHead: Sendable, Hashable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var retryAfter: Duration?
}

/// Puts together the final response head from the lines that libcurl hands out one by one.
///
/// Interim responses (1xx, RFC 9110 section 15.2) are skipped. Lines after the final head are trailers and not read here.
struct ResponseHeadParser: Sendable {
    enum Outcome: Hashable, Sendable {
        case incomplete
        case head(ResponseHead)
        /// Why it cannot be a response that this client understands.
        case invalid(String)
    }

    /// Bound on all lines of all heads of an exchange, so that an endless head cannot fill the memory.
    static let maximumBytes = 256 * 1024

    private var status: HTTPResponse.Status?
    /// A field whose name is not a token keeps its place, so that a folded line cannot join the wrong field.
    private var fields: [(name: HTTPField.Name?, value: [UInt8])] = []
    private var bytes = 0

    init() {}

    /// A line has arrived, with its line ending.
    mutating func lineReceived(_ line: some BidirectionalCollection<UInt8>) -> Outcome {
        bytes += line.count
        guard bytes <= Self.maximumBytes else {
            return .invalid("the response head is longer than \(Self.maximumBytes) bytes")
        }
        let text = Self.trimmed(line) { $0 == 0x0d || $0 == 0x0a || $0 == 0x20 || $0 == 0x09 }
        if line.starts(with: "HTTP/".utf8), status == nil {
            return statusLineReceived(text)
        }
        guard let status else { return .invalid("the response does not begin with a status line") }
        guard !text.isEmpty else { return headEnded(status) }
        if line.first == 0x20 || line.first == 0x09 {
            // Obsolete line folding (RFC 9112 section 5.2): one space in place of the fold.
            if !fields.isEmpty { fields[fields.count - 1].value += [0x20] + text }
            return .incomplete
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
            return .invalid("the response head has a line without a colon")
        }
        let name = HTTPField.Name(String(decoding: text[..<colon], as: UTF8.self))
        fields.append((name, Self.trimmed(text[text.index(after: colon)...]) { $0 == 0x20 || $0 == 0x09 }))
        return .incomplete
    }

    private mutating func statusLineReceived(_ line: [UInt8]) -> Outcome {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, parts[1].count == 3, parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
            let code = Int(String(decoding: parts[1], as: UTF8.self)), code >= 100
        else { return .invalid("the status line is not one of HTTP") }
        let reason = parts.count == 3 ? String(decoding: parts[2], as: UTF8.self) : ""
        status = HTTPResponse.Status(code: code, reasonPhrase: reason)
        return .incomplete
    }

    private mutating func headEnded(_ status: HTTPResponse.Status) -> Outcome {
        // Nothing that this client sends invites 101, so what follows is in no known language.
        guard status.code != 101 else { return .invalid("the server switched to a protocol that was not asked for") }
        var headers = HTTPFields()
        headers.reserveCapacity(fields.count)
        for case (let name?, let value) in fields {
            headers.append(HTTPField(name: name, lenientValue: value))
        }
        fields = []
        self.status = nil
        return status.kind == .informational
            ? .incomplete : .head(ResponseHead(status: status, headers: headers, retryAfter: nil))
    }

    private static func trimmed(
        _ bytes: some BidirectionalCollection<UInt8>, where isBlank: (UInt8) -> Bool
    ) -> [UInt8] {
        var rest = Array(bytes.drop(while: isBlank))
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}

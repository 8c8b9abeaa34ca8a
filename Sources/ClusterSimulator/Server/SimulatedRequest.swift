public import NetworkPrimitives

/// An HTTP request as a simulated server sees it.
public struct SimulatedRequest: Sendable {
    public var method: String
    /// Path and query as sent.
    public var target: String
    public var headers: [Header]
    public var body: [UInt8]
    /// Subject of the client's certificate, where it presented one that our authority signed.
    public var certificateUser: SimulatedUser?
    /// Where the connection comes from.
    public var clientAddress: IPAddress?

    /// One header field.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(method: String, target: String, headers: [Header] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The first value of a header field.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The path, percent-decoded.
    public var path: String { Self.decode(String(target.prefix { $0 != "?" }), plusIsSpace: false) }

    /// Names and values of the query, decoded, in order.
    public var query: [(name: String, value: String)] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(String(parts[0])), parts.count > 1 ? Self.decode(String(parts[1])) : "")
        }
    }

    /// The first value of a query parameter; an empty text where it has no value.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    private static func decode(_ text: String, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a simulated server answers.
public struct SimulatedResponse: Sendable {
    public var status: Int
    public var headers: [SimulatedRequest.Header]
    public var body: Body

    public enum Body: Sendable {
        case bytes([UInt8])
        /// Chunked: the closure writes until it returns. It is cancelled when the client goes away.
        case stream(@Sendable (any SimulatedBodyWriter) async throws -> Void)
    }

    public init(status: Int, headers: [SimulatedRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    /// The first value of a header field.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The whole body; empty for a stream.
    public var bodyBytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }

    /// The body as JSON, where it is that.
    public var json: OrderedJSON? { try? OrderedJSON(parsing: bodyBytes) }

    /// The standard phrase of a status code.
    static func phrase(for status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Request Entity Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Entity"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status \(status)"
        }
    }
}

/// Writes the chunks of a streamed body.
public protocol SimulatedBodyWriter: Sendable {
    func write(_ bytes: [UInt8]) async throws
}

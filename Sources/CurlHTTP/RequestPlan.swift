import CurlShims
import HTTPTypes

/// A request that has been checked and put into the form in which libcurl takes it.
struct RequestPlan: Sendable {
    let method: HTTPRequest.Method
    let target: RequestTarget
    /// For `CURLOPT_HTTPHEADER`, each ending in a NUL byte.
    let headerLines: [[UInt8]]
    /// Used where no header line names the agent.
    let setsUserAgent: Bool
    let body: [UInt8]?
    let timeout: Duration?
    let idleTimeout: Duration?

    /// `GET https://host/path`, for messages.
    var label: String { "\(method.rawValue) \(target.label)" }

    /// Checks a request. What is wrong with it is known here, before anything is sent.
    init(_ request: HTTPClientRequest, tlsServerName: String?) throws(HTTPClientError) {
        let target = try RequestTarget(parsing: request.url, tlsServerName: tlsServerName)
        self.target = target
        method = request.method
        body = request.body
        timeout = request.timeout
        idleTimeout = request.idleTimeout
        func wrong(_ why: String) -> HTTPClientError {
            HTTPClientError(.invalidRequest, "\(request.method.rawValue) \(target.label): \(why)")
        }
        guard request.method != .connect else { throw wrong("CONNECT is the client's to send") }
        guard request.body == nil || (request.method != .head && request.method != .trace) else {
            throw wrong("a \(request.method.rawValue) request has no body")
        }
        guard request.maximumBodyBytes >= 0 else {
            throw wrong("maximumBodyBytes is \(request.maximumBodyBytes); it has to be zero or more")
        }
        for (name, value) in [("timeout", request.timeout), ("idleTimeout", request.idleTimeout)] {
            if let value, value <= .zero {
                throw HTTPClientError(
                    .timedOut, "\(request.method.rawValue) \(target.label): \(name) is \(value): no time was left")
            }
        }
        var lines: [[UInt8]] = []
        for field in request.headers {
            switch field.name {
            case .contentLength:
                guard let body = request.body, field.value == String(body.count) else {
                    throw wrong("Content-Length has to agree with the body; best leave it to the client")
                }
            case .transferEncoding, .expect, .upgrade:
                throw wrong("\(field.name.rawName) is the client's to set")
            default:
                let value = field.withUnsafeBytesOfValue { Array($0) }
                guard let line = Self.headerLine(name: field.name.rawName, value: value) else {
                    throw wrong("header \(RequestTarget.bounded(field.name.rawName)) has a line break or a NUL")
                }
                lines.append(line)
            }
        }
        // Without this, libcurl waits up to a second for "100 Continue" before it sends a body of 1 MiB and more.
        lines.append(Array("Expect:\0".utf8))
        if request.body != nil, request.headers[.contentType] == nil {
            // Else libcurl would call it a form.
            lines.append(Array("Content-Type:\0".utf8))
        }
        if let host = target.hostHeader, let name = HTTPField.Name("Host"), request.headers[name] == nil {
            lines.append(Array("Host: \(host)\0".utf8))
        }
        headerLines = lines
        setsUserAgent = request.headers[.userAgent] == nil
    }

    /// One entry of `CURLOPT_HTTPHEADER`; `nil` where it would end the line early and so smuggle in another one.
    ///
    /// - Parameters:
    ///   - name: a token (RFC 9110 section 5.1).
    ///   - value: anything without CR, LF and NUL; an empty one is sent as such.
    static func headerLine(name: String, value: [UInt8]) -> [UInt8]? {
        let isBreak: (UInt8) -> Bool = { $0 == 0x0d || $0 == 0x0a || $0 == 0 }
        guard HTTPField.Name(name) != nil, !value.contains(where: isBreak) else { return nil }
        // libcurl takes "Name:" as an order to leave the header out; a semicolon asks for the empty one.
        guard value.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return Array("\(name);\0".utf8) }
        return Array("\(name): ".utf8) + value + [0]
    }
}

extension HTTPRequest.Method {
    /// Safe methods (RFC 9110 section 9.2.1) ask for nothing to be changed, so that sending them again does no harm.
    var isSafe: Bool { [.get, .head, .options, .trace].contains(self) }
}

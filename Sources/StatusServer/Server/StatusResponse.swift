import HTTPTypes

/// What is asked of the server, without its transport.
struct StatusRequest: Sendable {
    var method: HTTPRequest.Method
    var path: String
    /// Names of the query's parameters; their values have no meaning here.
    var parameters: Set<String>
    var accept: String?

    /// - Parameter target: the request target as it was sent, such as `/readyz?verbose`.
    init(method: HTTPRequest.Method, target: String, accept: String? = nil) {
        self.method = method
        self.accept = accept
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? ""
        parameters = Set(
            (parts.count > 1 ? parts[1] : "").split(separator: "&").map { String($0.prefix { $0 != "=" }) }
        )
    }
}

/// What the server answers, without its transport.
struct StatusResponse: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]

    /// - Parameter contentType: with its character set.
    init(_ status: HTTPResponse.Status, contentType: String, body: some Sequence<UInt8>) {
        self.status = status
        self.body = Array(body)
        headers = [
            .contentType: contentType,
            .contentLength: String(self.body.count),
            // Every answer describes this moment.
            .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
        ]
        // The page sets a policy of its own; nothing else here is a document that may load anything.
        headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        headers[.referrerPolicy] = "no-referrer"
        headers[.crossOriginResourcePolicy] = "same-origin"
    }

    static func text(_ status: HTTPResponse.Status, _ text: String) -> StatusResponse {
        StatusResponse(status, contentType: "text/plain; charset=utf-8", body: text.utf8)
    }
}

extension HTTPField.Name {
    // Names are checked when they are made; these two are well-formed, so what follows `??` is never used.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .contentSecurityPolicy
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .contentSecurityPolicy
}

/// What goes wrong with one HTTP request to a simulated server.
public enum HTTPFault: Sendable, Hashable {
    /// Wait, on the server's clock, then answer as usual.
    case delay(Duration)
    /// Close the connection without an answer; the request is not carried out.
    case refuse
    /// Never answer; the connection stays open until the client or the server closes it.
    case hang
    /// Close the connection in the middle of the response's head. The request is carried out.
    case dropMidHead
    /// Close the connection after so many bytes of the response's body. The request is carried out.
    case dropMidBody(afterBytes: Int)
    /// Answer this instead of carrying the request out.
    case status(Int, retryAfter: Int? = nil, body: String = "", contentType: String = "text/plain; charset=utf-8")
    /// Carry the request out, then close the connection without an answer.
    case commitThenDrop

    /// What a proxy or a captive portal in the way would answer.
    public static func htmlPage(_ status: Int = 200) -> HTTPFault {
        .status(
            status, body: "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in</body></html>\n",
            contentType: "text/html; charset=utf-8")
    }

    /// A `Status` object as the API server would send it, with `retryAfter` in seconds.
    public static func apiStatus(
        _ code: Int, reason: String, message: String = "injected", retryAfter: Int? = nil
    ) -> HTTPFault {
        let failure = APIFailure(
            code: code, reason: reason, message: message,
            details: retryAfter.map { ["retryAfterSeconds": .integer(Int64($0))] })
        return .status(
            code, retryAfter: retryAfter, body: failure.status.description + "\n", contentType: "application/json")
    }
}

/// What a fault plan looks at: one HTTP request.
public struct HTTPFaultSubject: Sendable, Hashable {
    public var method: String
    /// Without the query.
    public var path: String
    /// Path and query as sent.
    public var target: String
    /// Name of the user; empty where the server knows no users or the credentials are wrong.
    public var user: String

    /// Whether it is a watch of the Kubernetes API.
    public var isWatch: Bool { target.contains("watch=true") || target.contains("watch=1") }
}

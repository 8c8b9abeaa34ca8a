import CurlHTTP
import HTTPTypes

/// Sends one request to a server of the user's choice, and says what came of it without a word of the URL.
struct WebhookSender: Sendable {
    enum Answer: Hashable, Sendable {
        case accepted
        /// Trying again may help.
        case failed(Failure, retryAfter: Duration? = nil)
        /// It will not, before somebody acts.
        case refused(Failure)
    }

    struct Failure: Hashable, Sendable {
        /// One of a small set of words, for a metric's label.
        var label: String
        /// For people.
        var text: String
    }

    let transport: any HTTPTransport
    /// For one request.
    var timeout: Duration = .seconds(10)

    private static let maximumRedirections = 3

    /// Redirections are followed at the same server, with the same method and body, and not to others: whoever can make the server
    /// answer so must not learn what is sent.
    func send(_ method: HTTPRequest.Method, to url: WebhookURL, headers: HTTPFields, body: [UInt8]?) async -> Answer {
        var url = url
        for _ in 0...Self.maximumRedirections {
            let response: HTTPClientResponse
            do throws(HTTPClientError) {
                response = try await transport.send(
                    HTTPClientRequest(
                        method: method, url: url.exposed, headers: headers, body: body, timeout: timeout,
                        maximumBodyBytes: 256 * 1024))
            } catch {
                return Self.answer(to: error)
            }
            guard [301, 302, 307, 308].contains(response.status.code) else { return Self.answer(to: response) }
            guard let next = response.headers[.location].flatMap(url.redirected(to:)) else {
                return .refused(
                    .init(
                        label: "redirect",
                        text:
                            "the server redirects to another one (\(response.status.code)), which is not followed; set that "
                            + "URL"))
            }
            url = next
        }
        return .refused(.init(label: "redirect", text: "the server redirects again and again"))
    }

    private static func answer(to response: HTTPClientResponse) -> Answer {
        let code = response.status.code
        let failure = Failure(label: "status_\(code / 100)xx", text: "the server answers \(code)")
        switch code {
        case 200..<300: return .accepted
        case 408, 425, 429, 500...: return .failed(failure, retryAfter: response.retryAfter)
        default: return .refused(failure)
        }
    }

    /// The error's own text names the URL.
    private static func answer(to error: HTTPClientError) -> Answer {
        let failure = Failure(label: error.code.description, text: text(of: error.code))
        return error.code == .invalidRequest ? .refused(failure) : .failed(failure)
    }

    private static func text(of code: HTTPClientError.Code) -> String {
        switch code {
        case .invalidRequest: "the URL or a header cannot be sent"
        case .resolveFailed: "the server's name cannot be resolved"
        case .connectFailed: "no connection to the server"
        case .tlsFailed: "the server's certificate is not trusted, or is for another name"
        case .timedOut: "no answer in time"
        case .connectionLost: "the connection was lost before the answer"
        case .invalidResponse: "the server does not speak HTTP"
        case .bodyTooLarge: "the answer is too long"
        default: "no answer (\(code))"
        }
    }
}

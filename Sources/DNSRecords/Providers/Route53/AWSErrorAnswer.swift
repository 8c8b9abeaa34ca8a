import CurlHTTP

/// What AWS's services that speak XML say when something is wrong.
struct AWSErrorAnswer: Hashable, Sendable {
    var code: String
    var message: String

    /// `nil` where the body is something else.
    init?(_ response: HTTPClientResponse) {
        guard let root = try? XML.parse(response.body) else { return nil }
        switch root.name {
        case "ErrorResponse", "Response":
            guard let error = root["Error"] ?? root["Errors"]?["Error"], let code = error.text(of: "Code") else {
                return nil
            }
            self.code = code
            message = error.text(of: "Message") ?? ""
        case "InvalidChangeBatch":
            // Route 53 has this one error in a form of its own.
            code = root.name
            message = root.list("Messages", of: "Message")?.map(\.text).joined(separator: "; ") ?? ""
        default: return nil
        }
    }

    /// Code and message in the dialect of ``ProviderHTTP``.
    static func dialect(retryingAfter wait: Duration) -> ProviderHTTP.Dialect {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { response in
            Self(response).map { $0.message.isEmpty ? $0.code : "\($0.code): \($0.message)" }
        }
        dialect.kind = { response in
            Self(response)?.kind(
                retryAfter: response.retryAfter.map { min($0, ProviderHTTP.longestRetryAfter) } ?? wait)
        }
        return dialect
    }

    /// What follows from the code; `nil`: what follows from the status.
    func kind(retryAfter: Duration) -> ProviderError.Kind? {
        switch code {
        case "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded",
            "TooManyRequestsException",
            "RequestThrottled", "PriorRequestNotComplete":
            .limited(retryAfter: retryAfter)
        case "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
            "InvalidClientTokenId", "InvalidIdentityToken", "InvalidSignatureException", "MissingAuthenticationToken",
            "NotAuthorized", "OptInRequired", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException":
            .refused
        case "InvalidChangeBatch" where isMismatch:
            .conflict
        case "IDPCommunicationError":
            .temporary
        default: nil
        }
    }

    /// Whether a change was refused because the record set is not what it was when it was read.
    private var isMismatch: Bool {
        ["but it already exists", "but it was not found", "do not match the current values"].contains {
            message.firstRange(of: $0) != nil
        }
    }
}

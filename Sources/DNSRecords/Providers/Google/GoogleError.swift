import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An error of Google's APIs. https://cloud.google.com/apis/design/errors#http_mapping
struct GoogleError: Decodable {
    struct Detail: Decodable { var reason: String? }

    struct Content: Decodable {
        var message: String
        var errors: [Detail]?
    }

    var error: Content

    static func read(_ response: HTTPClientResponse) -> Content? {
        try? JSONDecoder().decode(GoogleError.self, from: Data(response.body)).error
    }

    /// Quotas that are used up are 403 as well as 429.
    private static let limits: Set<String> = [
        "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded",
    ]

    static let dialect: ProviderHTTP.Dialect = {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { read($0)?.message }
        dialect.kind = { response in
            guard response.status.code == 403,
                read(response)?.errors?.contains(where: { limits.contains($0.reason ?? "") }) == true
            else { return nil }
            let wait = response.retryAfter ?? ProviderHTTP.defaultRetryAfter
            return .limited(retryAfter: min(wait, ProviderHTTP.longestRetryAfter))
        }
        return dialect
    }()
}

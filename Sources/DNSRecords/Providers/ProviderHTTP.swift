import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What all providers with an HTTP API do alike: sending, and making errors of transport failures and status codes.
struct ProviderHTTP: Sendable {
    let transport: any HTTPTransport
    /// What people call the provider: `Gandi`.
    let title: String
    /// What to do when credentials are not accepted.
    let refusalAdvice: String

    /// How long to wait where a 429 does not say.
    static let defaultRetryAfter = Duration.seconds(60)
    /// No wait is longer, whatever the server says: limits are per day at most.
    static let longestRetryAfter = Duration.seconds(86_400)

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - accepting: status codes beside 2xx that the caller deals with.
    ///   - isWrite: whether the request changes something, so that its fate matters if there is no answer.
    ///   - secret: never to appear in an error, whatever the server writes.
    func send(
        _ request: HTTPClientRequest, accepting: Set<Int> = [], isWrite: Bool, secret: SecretValue
    ) async throws(ProviderError) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            response = try await transport.send(request)
        } catch {
            let kind: ProviderError.Kind = isWrite && !error.requestWasNotSent ? .uncertain : .temporary
            throw ProviderError(kind, "\(title): \(secret.redacted(in: error.description))")
        }
        let code = response.status.code
        guard !(200..<300).contains(code), !accepting.contains(code) else { return response }
        let said = explanation(in: response, secret: secret)
        let what = "\(title) answered \(code)\(said.isEmpty ? "" : " (\(said))") to \(request.method)"
        switch code {
        case 401, 403:
            throw ProviderError(.refused, "\(what); \(refusalAdvice)")
        case 409, 412:
            throw ProviderError(.conflict, what)
        case 429:
            throw ProviderError(.limited(retryAfter: retryAfter(response)), "\(what); too many requests")
        case 503 where response.retryAfter != nil:
            throw ProviderError(.limited(retryAfter: retryAfter(response)), what)
        case 408, 500...:
            throw ProviderError(isWrite ? .uncertain : .temporary, what)
        default:
            throw ProviderError(.permanent, what)
        }
    }

    /// What an answer's body is expected to be.
    func decode<Value: Decodable>(
        _ type: Value.Type, from response: HTTPClientResponse, of request: String
    ) throws(ProviderError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            // A proxy's or a captive portal's page, most of the time.
            throw ProviderError(.temporary, "\(title) answered something unexpected to \(request)")
        }
    }

    private func retryAfter(_ response: HTTPClientResponse) -> Duration {
        min(response.retryAfter ?? Self.defaultRetryAfter, Self.longestRetryAfter)
    }

    /// The server's own explanation, if there is one, short enough for a log line.
    private func explanation(in response: HTTPClientResponse, secret: SecretValue) -> String {
        struct Explanation: Decodable { var message: String }
        guard let message = try? JSONDecoder().decode(Explanation.self, from: Data(response.body)).message else {
            return ""
        }
        let printable = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
        return String(secret.redacted(in: printable.joined()).prefix(200))
    }
}

extension String {
    /// Percent-encoded for one segment of a URL's path, or one value of its query (RFC 3986 section 2.3).
    ///
    /// `*` and `@`, which stand for a wildcard and a zone's apex in providers' paths, mean the same either way and stay.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var result = String.UnicodeScalarView()
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "*"), UInt8(ascii: "@"):
                result.append(Unicode.Scalar(byte))
            default:
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 0x0F)])
            }
        }
        return String(result)
    }
}

import CurlHTTP
import HTTPTypes
import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What all providers with an HTTP API do alike: sending, and making errors of transport failures and status codes.
struct ProviderHTTP: Sendable {
    /// What an answer's body says, for people; and whether a status code means something else than usual.
    struct Dialect: Sendable {
        /// The service's own explanation of an error, out of the answer's body.
        var explanation: @Sendable (HTTPClientResponse) -> String? = { Self.message(in: $0) }
        /// An error that this service says in its own way, such as a 400 that means too many requests; `nil`: as usual.
        var kind: @Sendable (HTTPClientResponse) -> ProviderError.Kind? = { _ in nil }
        /// What to do about this very refusal, where the answer tells more than that credentials are not accepted.
        var advice: @Sendable (HTTPClientResponse) -> String? = { _ in nil }

        init() {}

        /// What most services have: `{"message": "…"}`.
        private static func message(in response: HTTPClientResponse) -> String? {
            struct Explanation: Decodable { var message: String }
            return try? JSONDecoder().decode(Explanation.self, from: Data(response.body)).message
        }
    }

    let transport: any HTTPTransport
    /// What people call the provider: `Gandi`.
    let title: String
    /// What to do when credentials are not accepted.
    let refusalAdvice: String
    let budget: RequestBudget?
    let dialect: Dialect

    init(
        transport: any HTTPTransport, title: String, refusalAdvice: String, budget: RequestBudget? = nil,
        dialect: Dialect = Dialect()
    ) {
        self.transport = transport
        self.title = title
        self.refusalAdvice = refusalAdvice
        self.budget = budget
        self.dialect = dialect
    }

    /// How long to wait where a 429 does not say.
    static let defaultRetryAfter = Duration.seconds(60)
    /// No wait is longer, whatever the server says: limits are per day at most.
    static let longestRetryAfter = Duration.seconds(86_400)

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - accepting: status codes beside 2xx that the caller deals with.
    ///   - isWrite: whether the request changes something, so that its fate matters if there is no answer.
    ///   - secrets: never to appear in an error, whatever the server writes.
    func send(
        _ request: HTTPClientRequest, accepting: Set<Int> = [], isWrite: Bool, secrets: [SecretValue]
    ) async throws(ProviderError) -> HTTPClientResponse {
        if let wait = budget?.take() { throw ProviderError(.limited(retryAfter: wait), "\(title): own limit reached") }
        let response: HTTPClientResponse
        do {
            response = try await transport.send(request)
        } catch {
            let kind: ProviderError.Kind = isWrite && !error.requestWasNotSent ? .uncertain : .temporary
            throw ProviderError(kind, "\(title): \(error.description.redacting(secrets))")
        }
        if !accepting.contains(response.status.code) {
            try check(response, to: request.method, isWrite: isWrite, secrets: secrets)
        }
        return response
    }

    /// Makes an error of an answer's status code, if it is none of success.
    ///
    /// - Parameter method: what was asked, for the message.
    func check(
        _ response: HTTPClientResponse, to method: HTTPRequest.Method, isWrite: Bool, secrets: [SecretValue]
    ) throws(ProviderError) {
        let code = response.status.code
        guard !(200..<300).contains(code) else { return }
        let said = explanation(in: response, secrets: secrets)
        let what = "\(title) answered \(code)\(said.isEmpty ? "" : " (\(said))") to \(method)"
        if let kind = dialect.kind(response) {
            throw ProviderError(kind, kind == .refused ? "\(what); \(advice(response))" : what)
        }
        switch code {
        case 401, 403:
            throw ProviderError(.refused, "\(what); \(advice(response))")
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
    ///
    /// - Parameter isWrite: whether it answers a request that changes something, which may have happened all the same.
    func decode<Value: Decodable>(
        _ type: Value.Type, from response: HTTPClientResponse, of request: String, isWrite: Bool = false
    ) throws(ProviderError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            // A proxy's or a captive portal's page, most of the time.
            throw ProviderError(
                isWrite ? .uncertain : .temporary, "\(title) answered something unexpected to \(request)")
        }
    }

    /// The set out of what the service has for its values.
    func recordSet(
        _ name: RecordName, _ type: RecordType, presentations: [String], ttl: UInt32?
    ) throws(ProviderError) -> RecordSet {
        do throws(RecordSet.InvalidError) {
            return try RecordSet(name: name, type: type, presentations: presentations, ttl: ttl)
        } catch {
            throw ProviderError(.temporary, "\(title) answered for \(name) \(type) with something else: \(error)")
        }
    }

    /// The body of a request.
    ///
    /// - Parameter userInfo: what the value's own encoding has to know.
    func encode(
        _ value: some Encodable, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(ProviderError) -> [UInt8] {
        do {
            let encoder = JSONEncoder()
            encoder.userInfo = userInfo
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(value))
        } catch {
            throw ProviderError(.permanent, "the request to \(title) cannot be encoded")
        }
    }

    /// How long an answer asks to wait, within reason.
    func retryAfter(_ response: HTTPClientResponse) -> Duration {
        min(response.retryAfter ?? Self.defaultRetryAfter, Self.longestRetryAfter)
    }

    private func advice(_ response: HTTPClientResponse) -> String { dialect.advice(response) ?? refusalAdvice }

    /// The server's own explanation, if there is one, short enough for a log line.
    private func explanation(in response: HTTPClientResponse, secrets: [SecretValue]) -> String {
        guard let message = dialect.explanation(response) else { return "" }
        let printable = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
        return String(printable.joined().redacting(secrets).prefix(200))
    }
}

extension String {
    /// Without any of the secrets, for text that somebody else wrote.
    func redacting(_ secrets: [SecretValue]) -> String { secrets.reduce(self) { $1.redacted(in: $0) } }

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

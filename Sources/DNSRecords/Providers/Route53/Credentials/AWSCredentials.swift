/// Credentials for AWS, permanent or for some time.
struct AWSCredentials: Hashable, Sendable {
    /// Not a secret: AWS itself has it in logs and messages.
    var accessKeyID: String
    var secretAccessKey: SecretValue
    /// With temporary credentials.
    var sessionToken: SecretValue?
    /// Seconds since the epoch; `nil` for permanent ones.
    var expiration: UInt64?
    /// Where they come from, for messages: `the web identity of role …`.
    var origin: String

    var secrets: [SecretValue] { [secretAccessKey] + (sessionToken.map { [$0] } ?? []) }
}

/// One of the places where AWS's own tools look for credentials.
protocol AWSCredentialSource: Sendable {
    /// For messages.
    var title: String { get }

    /// - Returns: `nil` where there are none here, so that the next place is asked.
    /// - Throws: ``ProviderError`` where they should be here and are not to be had. No other place is asked then: its
    ///   credentials would be somebody else's.
    func load() async throws(ProviderError) -> AWSCredentials?

    /// What they are loaded with, as it is now. Reads files, asks nobody.
    var secretRevision: SecretRevision { get }
}

extension AWSCredentialSource {
    /// For places that only the network knows.
    var secretRevision: SecretRevision { .unchanging }
}

/// Credentials that are given as they are, in settings or in the environment; files are read at every use.
struct GivenAWSCredentials: AWSCredentialSource {
    let title: String
    let accessKeyID: SecretSource
    let secretAccessKey: SecretSource
    let sessionToken: SecretSource?

    var secretRevision: SecretRevision { SecretRevision(accessKeyID, secretAccessKey, sessionToken) }

    func load() async throws(ProviderError) -> AWSCredentials? {
        AWSCredentials(
            accessKeyID: accessKeyID.current().exposed, secretAccessKey: secretAccessKey.current(),
            sessionToken: sessionToken?.current(), expiration: nil, origin: title)
    }
}

/// What the instance metadata service and container agents answer.
struct AWSCredentialDocument: Decodable {
    /// `Success`, or why not; container agents leave it out.
    var Code: String?
    var Message: String?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    var Token: String?
    var Expiration: String?

    /// - Throws: ``ProviderError/Kind/temporary`` where something is missing.
    func credentials(origin: String) throws(ProviderError) -> AWSCredentials {
        func present(_ text: String?, _ name: String) throws(ProviderError) -> String {
            guard let text, !text.isEmpty else {
                throw ProviderError(.temporary, "\(origin) answered without \(name)")
            }
            return text
        }
        let expiration = try present(Expiration, "Expiration")
        guard let expires = UTCTimestamp.parse(expiration) else {
            throw ProviderError(
                .temporary, "\(origin) answered with an Expiration of \"\(expiration.prefix(40))\", which is no time")
        }
        return AWSCredentials(
            accessKeyID: try present(AccessKeyId, "AccessKeyId"),
            secretAccessKey: SecretValue(try present(SecretAccessKey, "SecretAccessKey")),
            sessionToken: SecretValue(try present(Token, "Token")), expiration: expires, origin: origin)
    }
}

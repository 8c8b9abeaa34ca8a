/// A token with which requests to an API are authorised, for a while.
struct AccessToken: Hashable, Sendable {
    let secret: SecretValue
    /// How long it is accepted, counted from when it was asked for. More than zero.
    ///
    /// Only lifetimes count here, never the moment that a server gives as the end of one: a wrong clock then matters no more.
    let lifetime: Duration

    /// No token is kept longer, whatever its issuer says.
    static let longestLifetime = Duration.seconds(86_400)

    /// - Returns: `nil` for what cannot stand in a header, or is not accepted any more.
    init?(_ text: String, lifetime: Duration) {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !text.isEmpty, isPlain, lifetime > .zero else { return nil }
        secret = SecretValue(text)
        self.lifetime = min(lifetime, Self.longestLifetime)
    }

    /// The age at which the token is replaced although it is still accepted: five minutes before its end, or, for one that
    /// does not live long, a quarter of its lifetime.
    ///
    /// Metadata servers hand out the same token until shortly before its end, so that a fixed distance could lie before
    /// the token was received.
    var renewalAge: Duration { lifetime - min(.seconds(300), lifetime / 4) }
}

public import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A key shared with a DNS server, by its name there (RFC 8945 section 2.1).
public struct TSIGKey: Sendable {
    public var name: DomainName
    public var algorithm: TSIGAlgorithm
    /// Base64 of the key, as key files have it.
    public var secret: SecretSource

    public init(name: DomainName, algorithm: TSIGAlgorithm = .sha256, secret: SecretSource) {
        self.name = name
        self.algorithm = algorithm
        self.secret = secret
    }

    /// The key's bytes as they are now; `nil` if what is in the source is no base64.
    var bytes: [UInt8]? {
        Data(base64Encoded: secret.current().exposed).flatMap { $0.isEmpty ? nil : Array($0) }
    }
}

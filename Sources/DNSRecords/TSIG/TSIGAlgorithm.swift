import Crypto
public import NetworkPrimitives

/// The algorithms of transaction signatures (RFC 8945 section 6) that are both safe enough and available here.
///
/// HMAC-MD5 must not be used any more, and HMAC-SHA224 is not in swift-crypto.
public enum TSIGAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha1 = "hmac-sha1"
    case sha256 = "hmac-sha256"
    case sha384 = "hmac-sha384"
    case sha512 = "hmac-sha512"

    /// Reads the name as servers' configuration files have it: with or without a trailing dot, in any case.
    public init?(parsing text: String) {
        let text = text.lowercased()
        self.init(rawValue: text.hasSuffix(".") ? String(text.dropLast()) : text)
    }

    /// The name on the wire.
    public var name: DomainName { DomainName(rawValue) ?? .root }

    func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        func code<H: HashFunction>(_: H.Type) -> [UInt8] {
            Array(HMAC<H>.authenticationCode(for: message, using: SymmetricKey(data: key)))
        }
        return switch self {
        case .sha1: code(Insecure.SHA1.self)
        case .sha256: code(SHA256.self)
        case .sha384: code(SHA384.self)
        case .sha512: code(SHA512.self)
        }
    }

    /// Compares in constant time. A truncated code (RFC 8945 section 5.2.2.1) is not accepted.
    func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        func isValid<H: HashFunction>(_: H.Type) -> Bool {
            HMAC<H>.isValidAuthenticationCode(code, authenticating: message, using: SymmetricKey(data: key))
        }
        return switch self {
        case .sha1: isValid(Insecure.SHA1.self)
        case .sha256: isValid(SHA256.self)
        case .sha384: isValid(SHA384.self)
        case .sha512: isValid(SHA512.self)
        }
    }
}

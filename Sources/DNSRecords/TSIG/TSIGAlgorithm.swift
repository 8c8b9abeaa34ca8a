import Crypto
public import NetworkPrimitives

/// The algorithms of transaction signatures (RFC 8945 section 6), but HMAC-MD5, which must not be used any more.
public enum TSIGAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha1 = "hmac-sha1"
    case sha224 = "hmac-sha224"
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

    /// The length of a whole code.
    public var codeByteCount: Int {
        switch self {
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The shortest code that anybody may send (RFC 8945 section 5.2.2.1): ten bytes, and half of a whole one.
    public var shortestCodeByteCount: Int { max(10, codeByteCount / 2) }

    func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        func code<H: HashFunction>(_: H.Type) -> [UInt8] {
            Array(HMAC<H>.authenticationCode(for: message, using: SymmetricKey(data: key)))
        }
        return switch self {
        case .sha1: code(Insecure.SHA1.self)
        case .sha224: SHA224.authenticationCode(for: message, key: key)
        case .sha256: code(SHA256.self)
        case .sha384: code(SHA384.self)
        case .sha512: code(SHA512.self)
        }
    }

    /// Whether `code` is the message's code, or its beginning. Compares in constant time.
    ///
    /// - Parameter shortest: how many bytes a code has to have at least.
    func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8], shortest: Int? = nil) -> Bool {
        guard code.count <= codeByteCount, code.count >= max(shortest ?? codeByteCount, shortestCodeByteCount) else {
            return false
        }
        let whole = authenticationCode(for: message, key: key)
        return zip(code, whole).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

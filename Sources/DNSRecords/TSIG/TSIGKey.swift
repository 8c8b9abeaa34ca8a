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
    /// How many bytes of each code are sent, and at least expected; `nil` for whole ones.
    public var codeByteCount: Int?
    /// Base64 of the key, as key files have it.
    public var secret: SecretSource

    /// - Parameter codeByteCount: from the algorithm's ``TSIGAlgorithm/shortestCodeByteCount`` to its
    ///   ``TSIGAlgorithm/codeByteCount``.
    public init(
        name: DomainName, algorithm: TSIGAlgorithm = .sha256, codeByteCount: Int? = nil, secret: SecretSource
    ) {
        self.name = name
        self.algorithm = algorithm
        self.codeByteCount = codeByteCount
        self.secret = secret
    }

    /// The key's bytes as they are now; `nil` if what is in the source is no base64.
    var bytes: [UInt8]? {
        Data(base64Encoded: secret.current().exposed).flatMap { $0.isEmpty ? nil : Array($0) }
    }

    /// An algorithm, and how many bytes of its codes travel.
    public struct Method: Hashable, Sendable {
        public var algorithm: TSIGAlgorithm
        /// `nil` for whole codes.
        public var codeByteCount: Int?

        /// Reads an algorithm as servers' configuration files have it, also with the number of bits that its codes are cut
        /// to behind it, as BIND has it: `hmac-sha256-128`.
        ///
        /// - Returns: `nil` for other algorithms, and for codes that RFC 8945 section 5.2.2.1 finds too short.
        public init?(parsing text: String) {
            if let algorithm = TSIGAlgorithm(parsing: text) {
                self.algorithm = algorithm
                return
            }
            guard let hyphen = text.lastIndex(of: "-"), let algorithm = TSIGAlgorithm(parsing: String(text[..<hyphen])),
                let bits = UInt16(text[text.index(after: hyphen)...]), bits % 8 == 0,
                (algorithm.shortestCodeByteCount...algorithm.codeByteCount).contains(Int(bits) / 8)
            else { return nil }
            self.algorithm = algorithm
            codeByteCount = Int(bits) / 8
        }
    }
}

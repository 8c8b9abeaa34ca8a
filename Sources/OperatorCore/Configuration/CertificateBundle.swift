/// A file of certificates in PEM (RFC 7468), checked as far as is needed to tell it from garbage.
enum CertificateBundle {
    private static let opening = "-----BEGIN CERTIFICATE-----"
    private static let closing = "-----END CERTIFICATE-----"

    /// Why the bytes are not one or more whole certificates; `nil` where they are.
    ///
    /// A truncated file, an empty one and one without any certificate are told apart from a good one; whether a
    /// certificate is sound is found out by the TLS library.
    static func fault(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        var body: [Substring]?
        var count = 0
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix(opening) {
                guard body == nil else { return "a certificate begins inside another" }
                body = []
            } else if line.hasPrefix(closing) {
                guard let lines = body else { return "a certificate ends that has not begun" }
                guard isCertificate(lines) else { return "a certificate that is not Base64 of a DER sequence" }
                body = nil
                count += 1
            } else {
                // Outside of a certificate a line is a comment.
                body?.append(line)
            }
        }
        guard body == nil else { return "the last certificate has no end" }
        return count > 0 ? nil : "no certificate in PEM form"
    }

    /// A DER sequence of the length that every certificate has begins with `MI` in Base64.
    private static func isCertificate(_ lines: [Substring]) -> Bool {
        let text = lines.joined().utf8.filter { $0 != 0x20 && $0 != 0x09 }
        let isBase64 = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        return isBase64 && text.count % 4 == 0 && text.starts(with: "MI".utf8)
    }
}

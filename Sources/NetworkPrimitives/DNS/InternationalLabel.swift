@_spi(_Unicode) import Swift

/// A label of an internationalised domain name: the form that people read and the `xn--` form that travels
/// (IDNA2008, RFC 5890 to 5893).
package enum InternationalLabel {
    private static let prefix = Array("xn--".utf8)

    /// Why a label may not be in a domain name: a clause about the label.
    struct Refusal: Error, Hashable, Sendable {
        let why: String

        init(_ why: String) { self.why = why }

        /// - Parameter scalar: named by its number as well, since it may be invisible.
        init(_ scalar: Unicode.Scalar, _ why: String) {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let isVisible =
                !scalar.properties.isDefaultIgnorableCodePoint && scalar.properties.generalCategory != .control
            self.why = isVisible ? "\"\(scalar)\" (U+\(number)) \(why)" : "U+\(number) \(why)"
        }
    }

    /// The label as it travels.
    ///
    /// Upper case becomes lower case, and what is composed of several characters becomes one where there is one (RFC 5895
    /// section 2); anything else has to be allowed as it is.
    ///
    /// - Parameter label: has at least one character outside ASCII.
    static func encode(_ label: String) throws(Refusal) -> [UInt8] {
        let scalars = normalized(label)
        try check(scalars)
        guard let encoded = Punycode.encode(scalars) else { throw Refusal("is too long") }
        guard prefix.count + encoded.count <= DomainName.maximumLabelLength else {
            throw Refusal("is longer than 63 bytes in its xn-- form")
        }
        return prefix + encoded
    }

    /// What people read for a label that travels; `nil` for one that is not internationalised, or that only looks like it.
    package static func decode(_ label: [UInt8]) -> String? {
        guard label.count > prefix.count, zip(label, prefix).allSatisfy({ $0 | 0x20 == $1 | 0x20 }),
            let scalars = Punycode.decode(label.dropFirst(prefix.count).map(asciiLowercased))
        else { return nil }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        // What would not travel as this label must not be shown as if it did (RFC 5891 section 5.4).
        guard !scalars.allSatisfy(\.isASCII), let again = try? encode(text), again == label.map(asciiLowercased) else {
            return nil
        }
        return text
    }

    private static func normalized(_ label: String) -> [Unicode.Scalar] {
        // Lower case once more after composing would change nothing: composing never makes a capital.
        Array(label.lowercased()._nfc)
    }

    // MARK: What IDNA2008 allows

    private static func check(_ scalars: [Unicode.Scalar]) throws(Refusal) {
        guard scalars.first != "-", scalars.last != "-" else { throw Refusal("begins or ends with a hyphen") }
        if scalars.count >= 4, scalars[2] == "-", scalars[3] == "-" {
            throw Refusal("has hyphens as its third and fourth character")
        }
        if let first = scalars.first, first.isMark { throw Refusal(first, "cannot begin a label") }
        for (index, scalar) in scalars.enumerated() {
            switch CodePointRule(scalar) {
            case .allowed: continue
            case .disallowed: throw Refusal(scalar, "is not allowed in domain names")
            case .context(let isFitting):
                guard isFitting(scalars, index) else {
                    throw Refusal(scalar, "is allowed in domain names only beside certain others")
                }
            }
        }
        guard !mixesDirections(scalars) else {
            throw Refusal("mixes right-to-left and left-to-right in a way that could be misread")
        }
    }

    /// The rule for labels with right-to-left letters (RFC 5893 section 2), by the scripts' blocks: such a label begins with
    /// one, has no left-to-right letters and not both kinds of digits, and ends with a letter or a digit.
    private static func mixesDirections(_ scalars: [Unicode.Scalar]) -> Bool {
        guard scalars.contains(where: \.isRightToLeft) else { return false }
        let arabicDigits = scalars.contains { (0x0660...0x0669).contains($0.value) }
        let europeanDigits = scalars.contains {
            (0x30...0x39).contains($0.value) || (0x06F0...0x06F9).contains($0.value)
        }
        let hasLeftToRight = scalars.contains {
            $0.properties.isAlphabetic && !$0.isMark && !$0.isRightToLeft
        }
        guard let first = scalars.first, let last = scalars.last(where: { !$0.isMark }) else { return true }
        let isBegunRight = first.isRightToLeft && first.properties.isAlphabetic
        let isEndedRight = last.properties.isAlphabetic || last.properties.generalCategory == .decimalNumber
        return hasLeftToRight || (arabicDigits && europeanDigits) || !isBegunRight || !isEndedRight
    }
}

extension DomainName {
    /// The name as people read it, with internationalised labels decoded; `nil` where it has none.
    public var internationalText: String? {
        let decoded = labels.map(InternationalLabel.decode)
        guard decoded.contains(where: { $0 != nil }) else { return nil }
        return zip(labels, decoded)
            .map { label, decoded in decoded ?? DomainName(unchecked: [label]).description }
            .joined(separator: ".")
    }

    /// For messages: the name as it travels and, where that is another, as people read it:
    /// `xn--bcher-kva.example (bücher.example)`.
    public var shownText: String { internationalText.map { "\(description) (\($0))" } ?? description }
}

extension Unicode.Scalar {
    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// By the blocks of the scripts that are written from right to left.
    var isRightToLeft: Bool {
        switch value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}

/// Whether a character may be in an internationalised label: the derived property of RFC 5892, computed from what the
/// standard library knows of Unicode.
enum CodePointRule {
    case allowed
    case disallowed
    /// Only where the function says so of the label and the character's place in it (RFC 5892 appendix A).
    case context((_ label: [Unicode.Scalar], _ index: Int) -> Bool)

    init(_ scalar: Unicode.Scalar) {
        if let exception = Self.exception(scalar.value) {
            self = exception
            return
        }
        let properties = scalar.properties
        switch scalar.value {
        case 0x2D, 0x30...0x39, 0x61...0x7A:
            self = .allowed
            return
        // Old Hangul letters, which are written as syllables today, and marks for music and other symbols (sections 2.6, 2.9).
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB, 0x20D0...0x20FF, 0x1D100...0x1D24F:
            self = .disallowed
            return
        default: break
        }
        // Other ways to write something else, such as full-width letters, and characters that are not seen (2.2, 2.3).
        guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint, !properties.isWhitespace
        else {
            self = .disallowed
            return
        }
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .decimalNumber, .modifierLetter, .nonspacingMark,
            .spacingMark:
            self = .allowed
        default: self = .disallowed
        }
    }

    /// Characters whose properties do not tell (section 2.6), and those that need company (sections 2.7, 2.8).
    private static func exception(_ value: UInt32) -> CodePointRule? {
        switch value {
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: .allowed
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
        // Joiners, after a sign that joins. Joining letters without one (appendix A.1) needs tables that are not at hand.
        case 0x200C, 0x200D:
            .context { label, index in
                index > 0 && label[index - 1].properties.canonicalCombiningClass == .virama
            }
        // The dot of Catalan's l·l.
        case 0x00B7:
            .context { label, index in
                index > 0 && index + 1 < label.count && label[index - 1] == "l" && label[index + 1] == "l"
            }
        // Before a Greek letter.
        case 0x0375:
            .context { label, index in
                index + 1 < label.count
                    && [0x0370...0x03FF, 0x1F00...0x1FFF].contains { $0.contains(label[index + 1].value) }
            }
        // After a Hebrew letter.
        case 0x05F3, 0x05F4:
            .context { label, index in index > 0 && (0x0590...0x05FF).contains(label[index - 1].value) }
        // Among Japanese or Chinese characters.
        case 0x30FB:
            .context { label, _ in
                label.contains { scalar in
                    switch scalar.value {
                    case 0x3005, 0x3007, 0x3041...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF,
                        0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x3FFFF:
                        true
                    default: false
                    }
                }
            }
        // Two kinds of Arabic digits, not both.
        case 0x0660...0x0669:
            .context { label, _ in !label.contains { (0x06F0...0x06F9).contains($0.value) } }
        case 0x06F0...0x06F9:
            .context { label, _ in !label.contains { (0x0660...0x0669).contains($0.value) } }
        default: nil
        }
    }
}

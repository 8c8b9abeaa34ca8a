/// A configuration file as Python's `configparser` reads it, which the original program used: sections of keys and values.
///
/// Keys are of any case, `=` or `:` stands behind them, indented lines go on with a value, and lines that begin with `#` or
/// `;` are comments. `%%` is a percent sign.
struct INIFile: Hashable, Sendable {
    /// Why a text is none; the number is the line's, from 1. Values are never quoted.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        let line: Int
        let reason: String
        var description: String { "line \(line): \(reason)" }
    }

    /// Keys in small letters.
    private(set) var sections: [String: [String: String]] = [:]

    /// - Throws: ``Malformed`` for the first line that cannot be read.
    init(parsing text: String) throws(Malformed) {
        var section: String?
        var key: String?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = Self.trimmed(line)
            guard let first = content.first, first != "#", first != ";" else { continue }
            let isIndented = line.first?.isWhitespace ?? false
            if isIndented, let section, let key {
                // Python keeps the line break; no value here has a use for it.
                sections[section]?[key]? += " " + Self.value(content)
            } else if first == "[" {
                guard let end = content.lastIndex(of: "]") else {
                    throw Malformed(line: index + 1, reason: "expected ] at the end of a section's name")
                }
                let name = String(content[..<end].dropFirst())
                guard sections.updateValue([:], forKey: name) == nil else {
                    throw Malformed(line: index + 1, reason: "the section [\(name.prefix(40))] is there twice")
                }
                (section, key) = (name, nil)
            } else {
                guard let section else {
                    throw Malformed(line: index + 1, reason: "expected a section such as [gandi] first")
                }
                guard let separator = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                    throw Malformed(line: index + 1, reason: "expected KEY = VALUE")
                }
                let name = Self.trimmed(content[..<separator]).lowercased()
                guard !name.isEmpty else { throw Malformed(line: index + 1, reason: "expected a key before the sign") }
                let value = Self.value(Self.trimmed(content[separator...].dropFirst()))
                guard sections[section]?.updateValue(value, forKey: name) == nil else {
                    throw Malformed(
                        line: index + 1, reason: "\(name.prefix(40)) is there twice in [\(section.prefix(40))]")
                }
                key = name
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }

    private static func value(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let character = rest.popFirst() {
            if character == "%", rest.first == "%" { rest.removeFirst() }
            result.append(character)
        }
        return result
    }
}

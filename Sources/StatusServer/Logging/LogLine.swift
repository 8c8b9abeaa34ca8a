import Logging

/// One event, ready to be written.
struct LogLine: Sendable {
    /// Longest message or metadata value, in Unicode scalars. An answer from outside may end up in a log, and is not
    /// to fill the disk.
    static let maximumValueLength = 4096

    var time: Timestamp
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata

    /// The line without its end. Never contains a line feed, whatever the event contained.
    func rendered(_ format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    /// Metadata as a flat list: keys of nested dictionaries are joined by dots, in alphabetical order.
    private var flattened: [(key: String, value: Logger.MetadataValue)] {
        var flat: [(key: String, value: Logger.MetadataValue)] = []
        func add(_ metadata: Logger.Metadata, prefix: String) {
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                if case .dictionary(let nested) = value {
                    add(nested, prefix: prefix + key + ".")
                } else {
                    flat.append((prefix + key, value))
                }
            }
        }
        add(metadata, prefix: "")
        return flat
    }

    private var time3: String { time.rfc3339(fractionDigits: 3) }
}

// MARK: - Text

extension LogLine {
    private var text: String {
        var line = "\(time3) "
        line += level.rawValue
        line += String(repeating: " ", count: max(5 - level.rawValue.count, 0) + 1)
        line += "\(Self.visible(label))  \(Self.visible(message))"
        for (index, (key, value)) in flattened.enumerated() {
            line += index == 0 ? "  " : " "
            line += "\(Self.quotedIfNeeded(key))=\(Self.quotedIfNeeded(Self.plain(value)))"
        }
        return line
    }

    private static func plain(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let string): string
        case .stringConvertible(let convertible): convertible.description
        case .array(let values): "[" + values.map(plain).joined(separator: ", ") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \(plain($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let needsQuotes =
            value.isEmpty
            || value.unicodeScalars.contains { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "\\" || isHidden($0) }
        return needsQuotes ? "\"\(visible(value, escaping: ["\"", "\\"]))\"" : visible(value)
    }

    /// Writes out what a terminal would act upon instead of showing it.
    private static func visible(_ value: String, escaping quotes: Set<Unicode.Scalar> = []) -> String {
        var shown = ""
        for (offset, scalar) in value.unicodeScalars.enumerated() {
            if offset == maximumValueLength {
                shown += "…"
                break
            }
            switch scalar {
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            case "\t": shown += "\\t"
            case _ where isHidden(scalar): shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            case _ where quotes.contains(scalar): shown += "\\" + String(scalar)
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// Control characters, line and paragraph separators, and the marks that reverse the direction of text.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0xFEFF: true
        default: false
        }
    }
}

// MARK: - JSON

extension LogLine {
    private var json: String {
        var line = "{\"time\":\"\(time3)\",\"level\":\"\(level.rawValue)\""
        line += ",\"logger\":\(Self.jsonString(label)),\"message\":\(Self.jsonString(message))"
        var used: Set = ["time", "level", "logger", "message"]
        for (key, value) in flattened {
            // A reader may keep the first or the last of two equal keys, so there must not be two.
            var key = key
            while !used.insert(key).inserted { key = "metadata." + key }
            line += ",\(Self.jsonString(key)):\(Self.jsonValue(value))"
        }
        return line + "}"
    }

    private static func jsonValue(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let string): jsonString(string)
        case .stringConvertible(let convertible): jsonString(convertible.description)
        case .array(let values): "[" + values.map(jsonValue).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }
                .map { "\(jsonString($0.key)):\(jsonValue($0.value))" }.joined(separator: ",") + "}"
        }
    }

    /// A JSON string (RFC 8259 section 7), with everything escaped that ends a line somewhere.
    static func jsonString(_ value: String) -> String {
        var shown = "\""
        for (offset, scalar) in value.unicodeScalars.enumerated() {
            if offset == maximumValueLength {
                shown += "…"
                break
            }
            switch scalar {
            case "\"": shown += "\\\""
            case "\\": shown += "\\\\"
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            case "\t": shown += "\\t"
            case _ where isHidden(scalar):
                let digits = String(scalar.value, radix: 16)
                shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown + "\""
    }
}

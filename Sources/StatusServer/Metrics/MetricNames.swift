/// Turns the labels and dimensions of swift-metrics into names and label sets that Prometheus accepts.
enum MetricNames {
    /// A metric name: letters, digits, `_` and `:`, not starting with a digit. Anything else becomes `_`.
    static func metric(_ label: String) -> String { sanitized(label, allowingColon: true) }

    /// A label name: as a metric name without colons, and not starting with the `__` that Prometheus keeps for itself.
    static func label(_ name: String) -> String {
        let name = sanitized(name, allowingColon: false)
        return name.hasPrefix("__") ? "_" + name.drop(while: { $0 == "_" }) : name
    }

    private static func sanitized(_ text: String, allowingColon: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_":
                bytes.append(UInt8(ascii: scalar))
            case "0"..."9":
                if bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
                bytes.append(UInt8(ascii: scalar))
            case ":" where allowingColon:
                bytes.append(UInt8(ascii: scalar))
            default:
                bytes.append(UInt8(ascii: "_"))
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}

/// The labels of one series as they are written: `code="200",path="/"`, sorted by name.
///
/// Two sets are equal when they are written alike, which is what makes them the same series to Prometheus.
struct LabelSet: Hashable, Comparable, Sendable {
    /// Longest value that is kept, in Unicode scalars: a label is a category, not a message.
    static let maximumValueLength = 128

    /// Without braces; empty where there are no labels.
    let rendered: String

    /// - Parameters:
    ///   - dimensions: of two dimensions of one name the later counts.
    ///   - reservingLE: the series is a histogram, whose buckets own the label `le`.
    init(_ dimensions: [(String, String)], reservingLE: Bool = false) {
        var values: [String: String] = [:]
        for (name, value) in dimensions {
            let name = MetricNames.label(name)
            values[reservingLE && name == "le" ? "exported_le" : name] = value
        }
        rendered = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: ",")
    }

    static func < (left: LabelSet, right: LabelSet) -> Bool { left.rendered < right.rendered }

    /// Escapes what would end a quoted value, and cuts it to ``maximumValueLength``.
    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for (offset, scalar) in value.unicodeScalars.enumerated() {
            if offset == maximumValueLength {
                escaped += "…"
                break
            }
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

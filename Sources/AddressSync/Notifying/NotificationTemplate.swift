import OperatorCore
import StatusServer

/// The body of a notification: JSON with placeholders such as `{{message}}` inside of its texts.
///
/// What stands for a placeholder is escaped for JSON, so that nothing that a provider or a server says can change the document.
struct NotificationTemplate: Hashable, Sendable {
    /// Why a text is none.
    struct ParseError: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    private enum Part: Hashable, Sendable {
        case text(String)
        case placeholder(String)
    }

    /// Longest template, in bytes.
    private static let maximumBytes = 16 * 1024
    /// Longest value, in characters: services refuse long messages.
    private static let maximumValue = 1000

    /// Every placeholder, and what stands for it.
    private static let placeholders: [(name: String, value: @Sendable (Announcement) -> String)] = [
        ("event", { $0.kind.rawValue }),
        ("severity", { $0.kind.severity }),
        ("message", { $0.message }),
        ("time", { $0.time.description }),
        ("source", { $0.source }),
        ("family", { $0.family }),
        ("address", { $0.address }),
        ("previous", { $0.previous }),
        ("record", { $0.record }),
        ("provider", { $0.provider }),
        ("reason", { $0.reason }),
        ("since", { $0.since?.description ?? "" }),
    ]

    static var names: [String] { placeholders.map(\.name) }

    private let parts: [Part]

    /// What is sent where no template is set: every placeholder under its own name.
    static let standard = NotificationTemplate(
        parts: names.enumerated().flatMap { index, name in
            [.text("\(index == 0 ? "{" : ",")\"\(name)\":\""), .placeholder(name), .text("\"")]
        } + [.text("}")])

    private init(parts: [Part]) { self.parts = parts }

    /// - Throws: ``ParseError`` where it is too long, names an unknown placeholder, or would not make JSON.
    init(parsing text: String) throws(ParseError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ParseError(description: "it is longer than \(Self.maximumBytes) bytes")
        }
        var parts: [Part] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw ParseError(description: "a placeholder has no end; expected {{NAME}}")
            }
            let name = String(rest[start.upperBound..<end.lowerBound].filter { $0 != " " })
            guard Self.names.contains(name) else {
                throw ParseError(
                    description: "there is no placeholder \"\(name.prefix(40))\"; there are "
                        + Self.names.joined(separator: ", "))
            }
            parts += [.text(String(rest[..<start.lowerBound])), .placeholder(name)]
            rest = rest[end.upperBound...]
        }
        self.init(parts: parts + [.text(String(rest))])
        // A quotation mark in a value shows whether each placeholder is within a text.
        do throws(JSONError) {
            _ = try JSONValue(parsing: body { _ in "a\"b" })
        } catch {
            throw ParseError(
                description:
                    "with its placeholders filled in it is no JSON (\(error)); placeholders stand within texts, such "
                    + "as {\"text\": \"{{message}}\"}")
        }
    }

    /// The document for one announcement.
    func body(for announcement: Announcement) -> [UInt8] {
        let values = Dictionary(
            uniqueKeysWithValues: Self.placeholders.map { ($0.name, $0.value(announcement)) })
        return body { values[$0] ?? "" }
    }

    private func body(_ value: (String) -> String) -> [UInt8] {
        parts.flatMap { part -> [UInt8] in
            switch part {
            case .text(let text): return Array(text.utf8)
            case .placeholder(let name):
                let value = value(name)
                let cut = value.count > Self.maximumValue ? value.prefix(Self.maximumValue) + "…" : value[...]
                // Without the quotation marks around it.
                return Array(JSONValue.string(String(cut)).serialized().dropFirst().dropLast())
            }
        }
    }
}

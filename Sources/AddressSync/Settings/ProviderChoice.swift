/// Which provider a record is kept at: a kind, and a label where there are several accounts of one kind.
///
/// Settings of a labelled one have the label in their names: `ESDDNS_WORK_GANDI_TOKEN` for `gandi:work`.
public struct ProviderChoice: Hashable, Sendable {
    /// As in ``DNSRecords/ProviderKind/name``.
    public var kind: String
    /// In capitals, as in names of settings; `nil`: the settings without a label.
    public var label: String?

    public init(kind: String, label: String? = nil) {
        self.kind = kind
        self.label = label?.uppercased()
    }

    /// Why a text is none.
    struct ParseError: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads `KIND[:LABEL]`. Whether there is such a kind is for the caller to say.
    init(parsing text: some StringProtocol) throws(ParseError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let kind = parts.first, !kind.isEmpty else {
            throw ParseError(description: "a provider is written KIND or KIND:LABEL, such as gandi or gandi:work")
        }
        guard let label = parts.dropFirst().first else {
            self.init(kind: String(kind))
            return
        }
        guard Self.isLabel(label) else {
            throw ParseError(
                description:
                    "the label \"\(label.prefix(40))\" of a provider has to be letters and digits, a letter first")
        }
        self.init(kind: String(kind), label: String(label))
    }

    private static func isLabel(_ text: some StringProtocol) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 32 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// What the names of its settings begin with, behind the prefix of all: nothing, or `WORK_`.
    var settingPrefix: String { label.map { $0 + "_" } ?? "" }
}

extension ProviderChoice: CustomStringConvertible {
    public var description: String { label.map { "\(kind):\($0.lowercased())" } ?? kind }
}

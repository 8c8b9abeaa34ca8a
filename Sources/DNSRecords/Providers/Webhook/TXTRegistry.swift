import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How external-dns marks its records: by TXT records whose names are made of the records' own.
///
/// https://github.com/kubernetes-sigs/external-dns/blob/master/docs/registry/txt.md
struct TXTRegistry: Hashable, Sendable {
    /// Who we are to external-dns; `nil` where we do not mark records its way.
    var owner: String?
    /// In front of a mark's first label, or dots included in front of all; may contain `%{record_type}`.
    var prefix = ""
    /// Behind a mark's first label; may contain `%{record_type}`.
    var suffix = ""
    /// What stands for a wildcard's asterisk.
    var wildcard = ""

    private static let template = "%{record_type}"

    /// Where the mark of a record stands; `nil` where no name can be made.
    func markName(_ name: RecordName, _ type: RecordType) -> RecordName? {
        self.name(name, type: type.rawValue.lowercased())
    }

    /// Every name under which a mark of the record counts: also that of versions before 0.12, without the type.
    private func markNames(_ name: RecordName, _ type: RecordType) -> [RecordName] {
        let old = type == .aaaa ? nil : self.name(name, type: nil)
        return [markName(name, type), old].compactMap(\.self)
    }

    private func name(_ name: RecordName, type: String?) -> RecordName? {
        guard !name.labels.isEmpty else { return nil }
        var labels = name.lowercased.description.split(separator: ".", maxSplits: 1).map(String.init)
        if !wildcard.isEmpty, name.isWildcard { labels[0] = wildcard }
        let isInAffix = prefix.contains(Self.template) || suffix.contains(Self.template)
        if let type, !isInAffix { labels[0] = "\(type)-\(labels[0])" }
        func filled(_ affix: String) -> String { affix.lowercased().replacing(Self.template, with: type ?? "") }
        labels[0] = filled(prefix) + labels[0] + filled(suffix)
        return RecordName(labels.joined(separator: "."))
    }

    /// Who marked a record.
    enum Mark: Hashable {
        case none
        case ours
        case others(String)
    }

    /// - Parameters:
    ///   - entries: the record's own; some services keep an owner with them.
    ///   - all: everything that there is, marks among it.
    func mark(
        of name: RecordName, _ type: RecordType, entries: [ExternalDNSEndpoint], among all: [ExternalDNSEndpoint]
    ) -> Mark {
        guard type != .txt else { return .none }
        let names = markNames(name, type)
        let texts = all.filter { entry in entry.recordType == "TXT" && names.contains { entry.isAbout($0) } }
            .flatMap { $0.targets ?? [] }
            .compactMap { RecordValue(.txt, presentation: $0)?.text }
        let owners = texts.compactMap(Self.owner) + entries.compactMap { $0.labels?["owner"] }.filter { !$0.isEmpty }
        guard let first = owners.first else { return .none }
        if let stranger = owners.first(where: { $0 != owner }) { return .others("\"\(stranger.prefix(63))\"") }
        return first == owner ? .ours : .none
    }

    /// The owner that a mark names; `nil` where the text is no mark.
    private static func owner(_ text: String) -> String? {
        let pairs = text.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        if pairs.contains(["heritage", "external-dns"]) {
            return pairs.first { $0.first == "external-dns/owner" }?.dropFirst().first ?? "nobody by name"
        }
        // With encryption on, a mark is base64 of a nonce, a text and a tag, and says nothing to others.
        guard text.utf8.count >= 40, let bytes = Data(base64Encoded: text), bytes.count >= 29 else { return nil }
        return "an external-dns that encrypts its marks"
    }

    /// The mark of a new record.
    func markText(owner: String) -> String { "heritage=external-dns,external-dns/owner=\(owner)" }
}

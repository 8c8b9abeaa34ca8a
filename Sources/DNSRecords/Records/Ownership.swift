import NetworkPrimitives

/// A mark beside a record that says whose it is: a TXT record of its own.
///
/// It stands below the record's name, under a label that no host has: `_esddns-a.home.example.com` for the A record of
/// `home.example.com`. A wildcard's asterisk, which may only be leftmost, is replaced: `_esddns-a._wildcard.example.com`.
public struct Ownership: Hashable, Sendable {
    /// Who this installation is; two with one name share their records.
    public let owner: String
    /// Whether records without a mark, or with another's, are changed as well and marked.
    public let takesOver: Bool

    /// - Parameter owner: 1 to 63 letters, digits, dots, hyphens and underscores.
    /// - Returns: `nil` for any other `owner`.
    public init?(owner: String, takesOver: Bool = false) {
        let isPlain = owner.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard (1...63).contains(owner.utf8.count), isPlain else { return nil }
        self.owner = owner
        self.takesOver = takesOver
    }

    private static let heritage = "heritage=esddns,esddns/owner="

    /// What the mark holds.
    var text: String { Self.heritage + owner }

    /// Where the mark of a record stands.
    ///
    /// - Throws: ``ProviderError`` where the name is too long for a mark below it.
    func markName(for name: RecordName, _ type: RecordType) throws(ProviderError) -> RecordName {
        var labels = name.labels
        if name.isWildcard { labels[0] = Array("_wildcard".utf8) }
        do {
            return try RecordName(labels: [Array("_esddns-\(type.rawValue.lowercased())".utf8)] + labels)
        } catch {
            throw ProviderError(
                .permanent, "\(name) is too long for a mark of ownership below it; switch ownership off for it")
        }
    }

    enum Judgement: Hashable {
        case ours
        case nobodys
        case others(String)
    }

    /// - Parameter texts: what the TXT records at the mark's name hold.
    func judge(_ texts: [String]) -> Judgement {
        let owners = texts.filter { $0.hasPrefix(Self.heritage) }.map { String($0.dropFirst(Self.heritage.count)) }
        if owners.contains(owner) { return .ours }
        return owners.first.map { .others("\"\($0.prefix(63))\"") } ?? .nobodys
    }
}

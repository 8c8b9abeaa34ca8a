import NetworkPrimitives

/// What is published where a site has several WAN lines, so that several addresses have a quorum each.
public enum EgressPolicy: Hashable, Sendable {
    /// One address: the published one while it is among them.
    case sticky
    /// All of them, sorted. An address is added after three rounds in a row that saw it, and removed after three that did not.
    case all
    /// One address, and only one that is in one of these blocks, whatever else has a quorum.
    case pinned([AddressBlock])

    /// Rounds in a row after which ``all`` adds an address, and after which it removes one.
    static let roundsForChange = 3

    /// Whether an address may be published at all.
    func permits(_ address: IPAddress) -> Bool {
        guard case .pinned(let blocks) = self else { return true }
        return blocks.contains { $0.contains(address) }
    }

    /// Why a text is not a policy.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `sticky`, `all`, or `pinned:ADDRESS[/LENGTH][,…]`.
    public init(parsing text: String) throws(ParseError) {
        func wrong(_ why: String) -> ParseError {
            ParseError(description: "\(why); expected sticky, all or pinned:ADDRESS[/LENGTH][,ADDRESS[/LENGTH]]…")
        }
        switch text.lowercased() {
        case "sticky": self = .sticky
        case "all": self = .all
        case let text where text.hasPrefix("pinned:"):
            var blocks: [AddressBlock] = []
            for part in text.dropFirst("pinned:".count).split(separator: ",", omittingEmptySubsequences: false) {
                let block = part.filter { $0 != " " }
                guard let found = IPAddress(block).map(AddressBlock.init(only:)) ?? AddressBlock(block) else {
                    throw wrong("\"\(block.prefix(60))\" is neither an address nor a block of addresses")
                }
                blocks.append(found)
            }
            self = .pinned(blocks)
        default: throw wrong("\"\(text.prefix(60))\" is no policy for several WAN lines")
        }
    }
}

extension EgressPolicy: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sticky: "sticky"
        case .all: "all"
        case .pinned(let blocks): "pinned:" + blocks.map(\.description).joined(separator: ",")
        }
    }
}

import NetworkPrimitives

/// Which names a webhook serves.
///
/// https://github.com/kubernetes-sigs/external-dns/blob/master/endpoint/domain_filter.go
struct DomainFilter: Hashable, Sendable {
    private(set) var include: [String] = []
    private(set) var exclude: [String] = []
    /// Regular expressions come before lists.
    private(set) var includePattern: String?
    private(set) var excludePattern: String?

    /// Why a filter cannot be used.
    struct InvalidError: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// Whether a name is served.
    func matches(_ name: RecordName) -> Bool {
        let text = name.lowercased.description
        if includePattern != nil || excludePattern != nil {
            if let excludePattern, Self.finds(excludePattern, in: text) { return false }
            return includePattern.map { Self.finds($0, in: text) } ?? true
        }
        let isIncluded = include.isEmpty || include.contains { Self.covers($0, name) }
        return isIncluded && !exclude.contains { Self.covers($0, name) }
    }

    /// The longest of the domains that hold a name; `nil` where the filter does not tell.
    func zone(of name: RecordName) -> RecordName? {
        include.compactMap { RecordName(String($0.drop { $0 == "." })) }.filter { name.isWithin($0) }
            .max { $0.labels.count < $1.labels.count }?.lowercased
    }

    /// With a dot in front, a domain is meant without itself.
    private static func covers(_ filter: String, _ name: RecordName) -> Bool {
        guard let domain = RecordName(String(filter.drop { $0 == "." })) else { return false }
        return name.isWithin(domain) && (!filter.hasPrefix(".") || name != domain)
    }

    private static func finds(_ pattern: String, in text: String) -> Bool {
        // Valid, as `init(from:)` made sure.
        (try? Regex(pattern)).flatMap { try? $0.firstMatch(in: text) } != nil
    }
}

extension DomainFilter: Decodable {
    private enum CodingKeys: String, CodingKey {
        case include, exclude, regexInclude, regexExclude
        /// What the interface's description has, and some webhooks send.
        case filters
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func list(_ key: CodingKeys) throws -> [String] {
            (try container.decodeIfPresent([String].self, forKey: key) ?? []).filter { !$0.isEmpty }
        }
        func pattern(_ key: CodingKeys) throws -> String? {
            guard let text = try container.decodeIfPresent(String.self, forKey: key), !text.isEmpty else { return nil }
            do {
                _ = try Regex(text)
            } catch {
                throw InvalidError(
                    description: "\(key.stringValue) \"\(text.prefix(100))\" is not a regular expression")
            }
            return text
        }
        include = try list(.include) + list(.filters)
        exclude = try list(.exclude)
        includePattern = try pattern(.regexInclude)
        excludePattern = try pattern(.regexExclude)
    }
}

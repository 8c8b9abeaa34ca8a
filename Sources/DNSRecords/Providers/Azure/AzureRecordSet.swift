import NetworkPrimitives

/// A record set as Azure has it, and what of it has to be sent back with a change.
///
/// https://learn.microsoft.com/rest/api/dns/record-sets/get
struct AzureRecordSet: Codable {
    struct Reference: Codable { var id: String? }

    struct Properties: Codable {
        struct A: Codable { var ipv4Address: String }
        struct AAAA: Codable { var ipv6Address: String }
        struct TXT: Codable { var value: [String] }

        var ttl: UInt32?
        var metadata: [String: String]?
        var a: [A]?
        var aaaa: [AAAA]?
        var txt: [TXT]?
        var targetResource: Reference?
        /// Of a machine in a private zone's network, which Azure keeps itself.
        var isAutoRegistered: Bool?
    }

    var etag: String?
    var properties: Properties

    /// What an alias record set, which has no addresses of its own, points to.
    var aliasTarget: String? { properties.targetResource?.id.flatMap { $0.isEmpty ? nil : $0 } }

    /// The values as zone files have them.
    func presentations(_ type: RecordType) -> [String] {
        switch type {
        case .a: properties.a?.map(\.ipv4Address) ?? []
        case .aaaa: properties.aaaa?.map(\.ipv6Address) ?? []
        case .txt: properties.txt?.map { RecordValue.text($0.value.joined()).presentation } ?? []
        }
    }

    /// What is sent; the entity tag travels in a header.
    init(_ set: RecordSet, ttl: UInt32, metadata: [String: String]?) {
        properties = Properties(ttl: ttl, metadata: metadata)
        switch set.type {
        case .a: properties.a = set.addresses.map { .init(ipv4Address: $0.description) }
        case .aaaa: properties.aaaa = set.addresses.map { .init(ipv6Address: $0.description) }
        case .txt: properties.txt = set.values.compactMap(\.text).map { .init(value: Self.strings($0)) }
        }
    }

    /// A text in strings of 255 bytes at most, as TXT records have them (RFC 1035 section 3.3.14).
    private static func strings(_ text: String) -> [String] {
        var strings = [""]
        for character in text.unicodeScalars {
            if strings[strings.count - 1].utf8.count + String(character).utf8.count > 255 { strings.append("") }
            strings[strings.count - 1].unicodeScalars.append(character)
        }
        return strings
    }
}

extension AzureRecordSet.Properties {
    /// Public and private zones write the same names differently: `ARecords` and `aRecords`.
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Where an encoder is told for which kind of zone it writes.
    static let zoneKindKey = CodingUserInfoKey(rawValue: "esddns.azure.zone-kind")

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ name: String) throws -> Value? {
            guard let key = values.allKeys.first(where: { $0.stringValue.lowercased() == name }) else { return nil }
            return try values.decodeIfPresent(Value.self, forKey: key)
        }
        ttl = try value("ttl")
        metadata = try value("metadata")
        a = try value("arecords")
        aaaa = try value("aaaarecords")
        txt = try value("txtrecords")
        targetResource = try value("targetresource")
        isAutoRegistered = try value("isautoregistered")
    }

    func encode(to encoder: any Encoder) throws {
        let kind = Self.zoneKindKey.flatMap { encoder.userInfo[$0] as? AzureProvider.ZoneKind } ?? .publicZone
        var values = encoder.container(keyedBy: Key.self)
        func key(_ publicName: String, _ privateName: String) -> Key {
            Key(stringValue: kind == .publicZone ? publicName : privateName)
        }
        try values.encodeIfPresent(ttl, forKey: key("TTL", "ttl"))
        try values.encodeIfPresent(metadata, forKey: key("metadata", "metadata"))
        try values.encodeIfPresent(a, forKey: key("ARecords", "aRecords"))
        try values.encodeIfPresent(aaaa, forKey: key("AAAARecords", "aaaaRecords"))
        try values.encodeIfPresent(txt, forKey: key("TXTRecords", "txtRecords"))
    }
}

// Records of the types that this package has to make and to understand. Each accessor is `nil` for a record of another
// type and for data that is not what the type promises.

extension DNSRecord {
    public static func a(_ name: DomainName, ttl: UInt32, _ address: IPv4Address) -> DNSRecord {
        DNSRecord(name: name, type: .a, ttl: ttl, data: address.bytes)
    }

    public static func aaaa(_ name: DomainName, ttl: UInt32, _ address: IPv6Address) -> DNSRecord {
        DNSRecord(name: name, type: .aaaa, ttl: ttl, data: address.bytes)
    }

    /// An A or an AAAA record, as the address's family needs.
    public static func address(_ name: DomainName, ttl: UInt32, _ address: IPAddress) -> DNSRecord {
        DNSRecord(name: name, type: address.family == .ipv4 ? .a : .aaaa, ttl: ttl, data: address.bytes)
    }

    public static func ns(_ name: DomainName, ttl: UInt32, _ server: DomainName) -> DNSRecord {
        DNSRecord(name: name, type: .ns, ttl: ttl, data: server.wireBytes)
    }

    public static func cname(_ name: DomainName, ttl: UInt32, _ target: DomainName) -> DNSRecord {
        DNSRecord(name: name, type: .cname, ttl: ttl, data: target.wireBytes)
    }

    public static func soa(_ name: DomainName, ttl: UInt32, _ soa: StartOfAuthority) -> DNSRecord {
        DNSRecord(name: name, type: .soa, ttl: ttl, data: soa.bytes)
    }

    /// - Parameter strings: each is cut at 255 bytes into several.
    public static func txt(_ name: DomainName, ttl: UInt32, _ strings: [[UInt8]]) -> DNSRecord {
        var data: [UInt8] = []
        for string in strings {
            var rest = string[...]
            repeat {
                let part = rest.prefix(255)
                data.append(UInt8(truncatingIfNeeded: part.count))
                data += part
                rest = rest.dropFirst(part.count)
            } while !rest.isEmpty
        }
        return DNSRecord(name: name, type: .txt, ttl: ttl, data: data.isEmpty ? [0] : data)
    }

    /// The address of an A record.
    public var ipv4Address: IPv4Address? { type == .a ? IPv4Address(bytes: data) : nil }

    /// The address of an AAAA record.
    public var ipv6Address: IPv6Address? { type == .aaaa ? IPv6Address(bytes: data) : nil }

    /// The address of an A or an AAAA record.
    public var ipAddress: IPAddress? { ipv4Address.map(IPAddress.v4) ?? ipv6Address.map(IPAddress.v6) }

    /// The name server of an NS record.
    public var nameServer: DomainName? { type == .ns ? soleName : nil }

    /// The target of a CNAME record.
    public var canonicalName: DomainName? { type == .cname ? soleName : nil }

    /// Where a DNAME record moves everything below its owner to (RFC 6672).
    public var delegationName: DomainName? { type == .dname ? soleName : nil }

    public var startOfAuthority: StartOfAuthority? { type == .soa ? StartOfAuthority(bytes: data) : nil }

    /// The strings of a TXT record.
    public var strings: [[UInt8]]? {
        guard type == .txt, !data.isEmpty else { return nil }
        var reader = DNSReader(data)
        var strings: [[UInt8]] = []
        do {
            while !reader.isAtEnd {
                let length = try reader.readUInt8()
                strings.append(Array(try reader.readBytes(Int(length))))
            }
        } catch {
            return nil
        }
        return strings
    }

    private var soleName: DomainName? {
        var reader = DNSReader(data)
        guard let name = try? reader.readName(), reader.isAtEnd else { return nil }
        return name
    }
}

/// The data of an SOA record (RFC 1035 section 3.3.13).
public struct StartOfAuthority: Hashable, Sendable {
    /// The server that the zone's data comes from; the one to send updates to (RFC 2136 section 4.3).
    public var primaryServer: DomainName
    public var mailbox: DomainName
    public var serial: UInt32
    /// Seconds, as are the next three.
    public var refresh: UInt32
    public var retry: UInt32
    public var expire: UInt32
    /// How long an absence may be cached (RFC 2308 section 4).
    public var minimum: UInt32

    public init(
        primaryServer: DomainName, mailbox: DomainName, serial: UInt32,
        refresh: UInt32 = 3600, retry: UInt32 = 900, expire: UInt32 = 604_800, minimum: UInt32 = 300
    ) {
        self.primaryServer = primaryServer
        self.mailbox = mailbox
        self.serial = serial
        self.refresh = refresh
        self.retry = retry
        self.expire = expire
        self.minimum = minimum
    }

    init?(bytes: [UInt8]) {
        var reader = DNSReader(bytes)
        do {
            primaryServer = try reader.readName()
            mailbox = try reader.readName()
            serial = try reader.readUInt32()
            refresh = try reader.readUInt32()
            retry = try reader.readUInt32()
            expire = try reader.readUInt32()
            minimum = try reader.readUInt32()
        } catch {
            return nil
        }
        guard reader.isAtEnd else { return nil }
    }

    var bytes: [UInt8] {
        var writer = DNSWriter()
        writer.write(primaryServer)
        writer.write(mailbox)
        for number in [serial, refresh, retry, expire, minimum] { writer.write(number) }
        return writer.bytes
    }
}

/// What an OPT record says: the EDNS part of a message (RFC 6891 section 6.1).
public struct DNSOptions: Hashable, Sendable {
    /// The largest UDP payload, in bytes, that the sender can receive. 1232 avoids fragments on any path.
    public var udpPayloadSize: UInt16
    /// The upper eight bits of the response code.
    public var extendedResponseCode: UInt8
    public var version: UInt8
    /// Whether DNSSEC records are wanted (the DO bit).
    public var dnssecOK: Bool
    /// Codes and their bytes, as they came.
    public var options: [Option]

    /// One option of an OPT record.
    public struct Option: Hashable, Sendable {
        public var code: UInt16
        public var data: [UInt8]

        public init(code: UInt16, data: [UInt8]) {
            self.code = code
            self.data = data
        }
    }

    public init(
        udpPayloadSize: UInt16 = 1232, extendedResponseCode: UInt8 = 0, version: UInt8 = 0, dnssecOK: Bool = false,
        options: [Option] = []
    ) {
        self.udpPayloadSize = udpPayloadSize
        self.extendedResponseCode = extendedResponseCode
        self.version = version
        self.dnssecOK = dnssecOK
        self.options = options
    }
}

extension DNSRecord {
    public static func opt(_ options: DNSOptions) -> DNSRecord {
        var writer = DNSWriter()
        for option in options.options {
            let data = option.data.prefix(Int(UInt16.max))
            writer.write(option.code)
            writer.write(UInt16(truncatingIfNeeded: data.count))
            writer.write(data)
        }
        return DNSRecord(
            name: .root, type: .opt, recordClass: DNSClass(rawValue: options.udpPayloadSize),
            ttl: UInt32(options.extendedResponseCode) << 24 | UInt32(options.version) << 16
                | (options.dnssecOK ? 0x8000 : 0),
            data: writer.bytes)
    }

    /// What an OPT record says; `nil` for other records, and for one that is malformed or not at the root.
    public var ednsOptions: DNSOptions? {
        guard type == .opt, name == .root else { return nil }
        var reader = DNSReader(data)
        var options: [DNSOptions.Option] = []
        do {
            while !reader.isAtEnd {
                let code = try reader.readUInt16()
                let length = try reader.readUInt16()
                options.append(.init(code: code, data: Array(try reader.readBytes(Int(length)))))
            }
        } catch {
            return nil
        }
        return DNSOptions(
            udpPayloadSize: recordClass.rawValue,
            extendedResponseCode: UInt8(truncatingIfNeeded: ttl >> 24),
            version: UInt8(truncatingIfNeeded: ttl >> 16),
            dnssecOK: ttl & 0x8000 != 0,
            options: options)
    }
}

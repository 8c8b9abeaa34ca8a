extension DNSMessage {
    /// The message as it travels over UDP; over TCP, two bytes with its length go before it (RFC 1035 section 4.2.2).
    ///
    /// Names are not compressed.
    public func encoded() throws(DNSEncodingError) -> [UInt8] {
        var writer = DNSWriter()
        writer.write(id)
        var flags = UInt16(opcode.rawValue) << 11 | UInt16(headerResponseCode & 0x0F)
        for (isSet, bit) in [
            (isResponse, 15), (isAuthoritative, 10), (isTruncated, 9), (recursionDesired, 8), (recursionAvailable, 7),
            (authenticData, 5), (checkingDisabled, 4),
        ] where isSet {
            flags |= 1 << bit
        }
        writer.write(flags)
        for count in [questions.count, answers.count, authorities.count, additionals.count] {
            guard let count = UInt16(exactly: count) else { throw .tooManyRecords }
            writer.write(count)
        }
        for question in questions { writer.write(question) }
        for section in [answers, authorities, additionals] {
            for record in section { try writer.write(record) }
        }
        guard writer.bytes.count <= Int(UInt16.max) else { throw .tooLong }
        return writer.bytes
    }

    /// Reads a whole message, and nothing but a message.
    ///
    /// - Throws: ``DNSDecodingError`` with the offset of what is wrong; for any bytes there is either a message or an error.
    public init(decoding bytes: some Collection<UInt8>) throws(DNSDecodingError) {
        self = try Self.decodeLocatingLastRecord(Array(bytes)).message
    }

    /// As ``init(decoding:)``, and says where the last record starts, which a signature covers everything before
    /// (RFC 8945 section 5.3).
    package static func decodeLocatingLastRecord(
        _ bytes: [UInt8]
    ) throws(DNSDecodingError) -> (message: DNSMessage, lastRecordOffset: Int?) {
        var reader = DNSReader(bytes)
        var message = DNSMessage(id: try reader.readUInt16())
        let flags = try reader.readUInt16()
        func isSet(_ bit: Int) -> Bool { flags >> bit & 1 == 1 }
        message.isResponse = isSet(15)
        message.opcode = DNSOpcode(rawValue: UInt8(truncatingIfNeeded: flags >> 11 & 0x0F))
        message.isAuthoritative = isSet(10)
        message.isTruncated = isSet(9)
        message.recursionDesired = isSet(8)
        message.recursionAvailable = isSet(7)
        message.authenticData = isSet(5)
        message.checkingDisabled = isSet(4)
        message.headerResponseCode = UInt8(truncatingIfNeeded: flags & 0x0F)

        let questionCount = try reader.readUInt16()
        let answerCount = try reader.readUInt16()
        let authorityCount = try reader.readUInt16()
        let additionalCount = try reader.readUInt16()
        // The counts are claims: nothing is reserved for them, and each entry takes its bytes from the message.
        for _ in 0..<questionCount {
            let name = try reader.readName()
            let type = DNSRecordType(rawValue: try reader.readUInt16())
            message.questions.append(
                DNSQuestion(name: name, type: type, recordClass: DNSClass(rawValue: try reader.readUInt16())))
        }
        var lastRecordOffset: Int?
        for _ in 0..<answerCount {
            lastRecordOffset = reader.offset
            message.answers.append(try reader.readRecord())
        }
        for _ in 0..<authorityCount {
            lastRecordOffset = reader.offset
            message.authorities.append(try reader.readRecord())
        }
        for _ in 0..<additionalCount {
            lastRecordOffset = reader.offset
            message.additionals.append(try reader.readRecord())
        }
        guard reader.isAtEnd else { throw DNSDecodingError(.trailingBytes, at: reader.offset) }
        return (message, lastRecordOffset)
    }
}

extension DNSReader {
    /// Reads one record; names in its data are expanded where its type may have them compressed.
    mutating func readRecord() throws(DNSDecodingError) -> DNSRecord {
        let name = try readName()
        let type = DNSRecordType(rawValue: try readUInt16())
        let recordClass = DNSClass(rawValue: try readUInt16())
        let ttl = try readUInt32()
        let length = try readUInt16()
        let start = offset
        var data = try readSlice(Int(length))
        var record = DNSRecord(name: name, type: type, recordClass: recordClass, ttl: ttl, data: [])
        // Deletions and prerequisites of an update have no data (RFC 2136 section 2.4).
        guard length > 0 else { return record }
        do {
            record.data = try data.expandingNames(of: type)
        } catch  where error.reason == .truncated {
            throw DNSDecodingError(.badRecordData, at: start)
        }
        return record
    }

    /// The rest as record data of `type` without compression (the types of RFC 1035, and those that RFC 3597 section 4
    /// tells receivers to expand as well).
    private mutating func expandingNames(of type: DNSRecordType) throws(DNSDecodingError) -> [UInt8] {
        let (prefixLength, nameCount): (Int, Int) =
            switch type.rawValue {
            // NS, MD, MF, CNAME, MB, MG, MR, PTR, DNAME
            case 2, 3, 4, 5, 7, 8, 9, 12, 39: (0, 1)
            // SOA, MINFO, RP
            case 6, 14, 17: (0, 2)
            // MX, AFSDB, RT, KX
            case 15, 18, 21, 36: (2, 1)
            // PX
            case 26: (2, 2)
            // SRV
            case 33: (6, 1)
            default: (0, 0)
            }
        guard nameCount > 0 else { return readRest() }
        var writer = DNSWriter()
        writer.write(try readBytes(prefixLength))
        for _ in 0..<nameCount { writer.write(try readName()) }
        let names = offset
        // Only an SOA has anything after its names: five numbers.
        let rest = readRest()
        guard rest.count == (type == .soa ? 20 : 0) else { throw DNSDecodingError(.badRecordData, at: names) }
        writer.write(rest)
        return writer.bytes
    }
}

import NetworkPrimitives

/// The data of a TSIG record (RFC 8945 section 4.2).
struct TSIGRecord: Hashable, Sendable {
    var algorithm: DomainName
    /// Seconds since 1970; 48 bits.
    var timeSigned: UInt64
    /// Seconds by which the clocks may differ.
    var fudge: UInt16
    var code: [UInt8]
    var originalID: UInt16
    var error: DNSResponseCode
    var otherData: [UInt8]

    init(
        algorithm: DomainName, timeSigned: UInt64, fudge: UInt16, code: [UInt8] = [], originalID: UInt16,
        error: DNSResponseCode = .noError, otherData: [UInt8] = []
    ) {
        self.algorithm = algorithm
        self.timeSigned = timeSigned & 0xFFFF_FFFF_FFFF
        self.fudge = fudge
        self.code = code
        self.originalID = originalID
        self.error = error
        self.otherData = otherData
    }

    /// - Returns: `nil` if the record is none, or not as the RFC has it.
    init?(_ record: DNSRecord) {
        guard record.type == .tsig, record.recordClass == .any, record.ttl == 0 else { return nil }
        var reader = DNSReader(record.data)
        do {
            algorithm = try reader.readName()
            timeSigned = try UInt64(reader.readUInt16()) << 32 | UInt64(reader.readUInt32())
            fudge = try reader.readUInt16()
            let codeLength = try reader.readUInt16()
            code = Array(try reader.readBytes(Int(codeLength)))
            originalID = try reader.readUInt16()
            error = DNSResponseCode(rawValue: try reader.readUInt16())
            let otherLength = try reader.readUInt16()
            otherData = Array(try reader.readBytes(Int(otherLength)))
        } catch {
            return nil
        }
        guard reader.isAtEnd else { return nil }
    }

    func record(keyName: DomainName) -> DNSRecord {
        var writer = DNSWriter()
        writer.write(algorithm)
        writeTime(to: &writer)
        writer.write(UInt16(truncatingIfNeeded: code.count))
        writer.write(code)
        writer.write(originalID)
        writer.write(error.rawValue)
        writer.write(UInt16(truncatingIfNeeded: otherData.count))
        writer.write(otherData)
        return DNSRecord(name: keyName, type: .tsig, recordClass: .any, ttl: 0, data: writer.bytes)
    }

    /// What of the record is signed together with the message (RFC 8945 section 4.3.3).
    func signedVariables(keyName: DomainName) -> [UInt8] {
        var writer = DNSWriter()
        writer.write(keyName.lowercased)
        writer.write(DNSClass.any.rawValue)
        writer.write(UInt32(0))
        writer.write(algorithm.lowercased)
        writeTime(to: &writer)
        writer.write(error.rawValue)
        writer.write(UInt16(truncatingIfNeeded: otherData.count))
        writer.write(otherData)
        return writer.bytes
    }

    private func writeTime(to writer: inout DNSWriter) {
        writer.write(UInt16(truncatingIfNeeded: timeSigned >> 32))
        writer.write(UInt32(truncatingIfNeeded: timeSigned))
        writer.write(fudge)
    }
}

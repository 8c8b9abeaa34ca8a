import Crypto
public import NetworkPrimitives

/// A key that a simulated DNS server shares with its clients (RFC 8945).
public struct SimulatedTSIGKey: Sendable, Hashable {
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case hmacSHA1 = "hmac-sha1"
        case hmacSHA256 = "hmac-sha256"
        case hmacSHA384 = "hmac-sha384"
        case hmacSHA512 = "hmac-sha512"
    }

    public var name: DomainName
    public var algorithm: Algorithm
    public var secret: [UInt8]

    public init(name: DomainName, algorithm: Algorithm = .hmacSHA256, secret: [UInt8]) {
        self.name = name
        self.algorithm = algorithm
        self.secret = secret
    }

    func mac(of bytes: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: secret)
        return switch algorithm {
        case .hmacSHA1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: bytes, using: key))
        case .hmacSHA256: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
        case .hmacSHA384: Array(HMAC<SHA384>.authenticationCode(for: bytes, using: key))
        case .hmacSHA512: Array(HMAC<SHA512>.authenticationCode(for: bytes, using: key))
        }
    }
}

/// The content of a TSIG record, read and written independently of the client's code.
struct SimulatedTSIG: Sendable, Hashable {
    var keyName: DomainName
    var algorithm: DomainName
    /// Seconds since 1970, 48 bits.
    var timeSigned: UInt64
    var fudge: UInt16 = 300
    var mac: [UInt8] = []
    var originalID: UInt16
    var error: UInt16 = 0
    var otherData: [UInt8] = []

    /// `nil` where the data is not that of a TSIG record.
    init?(_ record: DNSRecord) {
        guard record.type == .tsig, record.recordClass == .any, record.ttl == 0 else { return nil }
        var reader = DNSReader(record.data)
        do {
            keyName = record.name
            algorithm = try reader.readName()
            timeSigned = UInt64(try reader.readUInt16()) << 32 | UInt64(try reader.readUInt32())
            fudge = try reader.readUInt16()
            mac = Array(try reader.readBytes(Int(try reader.readUInt16())))
            originalID = try reader.readUInt16()
            error = try reader.readUInt16()
            otherData = Array(try reader.readBytes(Int(try reader.readUInt16())))
        } catch {
            return nil
        }
        guard reader.isAtEnd else { return nil }
    }

    init(answering request: SimulatedTSIG, timeSigned: UInt64) {
        self = request
        self.timeSigned = timeSigned
        fudge = 300
        mac = []
        error = 0
        otherData = []
    }

    private var timeBytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: timeSigned >> UInt64(8 * (5 - $0))) }
    }

    private func bytes(_ number: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    private func bytes(count: Int) -> [UInt8] { bytes(UInt16(truncatingIfNeeded: count)) }

    /// The fields that the MAC covers beside the message (RFC 8945 section 4.3.3).
    var variables: [UInt8] {
        var result = keyName.lowercased.wireBytes
        result += [0, 255, 0, 0, 0, 0]
        result += algorithm.lowercased.wireBytes
        result += timeBytes + bytes(fudge) + bytes(error)
        return result + bytes(count: otherData.count) + otherData
    }

    var record: DNSRecord {
        var data = algorithm.wireBytes + timeBytes + bytes(fudge)
        data += bytes(count: mac.count) + mac + bytes(originalID) + bytes(error)
        data += bytes(count: otherData.count) + otherData
        return DNSRecord(name: keyName, type: .tsig, recordClass: .any, ttl: 0, data: data)
    }

    /// What a request's MAC covers: the message as it was before the record was appended, and the variables.
    func coveredBytes(ofRequest message: [UInt8], recordOffset: Int) -> [UInt8] {
        var stripped = Array(message[..<recordOffset])
        stripped.replaceSubrange(0..<2, with: bytes(originalID))
        let additionals = UInt16(stripped[10]) << 8 | UInt16(stripped[11])
        stripped.replaceSubrange(10..<12, with: bytes(additionals &- 1))
        return stripped + variables
    }

    /// Appends the signature of an answer, which covers the request's MAC, too (RFC 8945 section 5.3.1).
    func signed(_ response: DNSMessage, key: SimulatedTSIGKey, requestMAC: [UInt8]) throws -> [UInt8] {
        var tsig = self
        let covered = bytes(count: requestMAC.count) + requestMAC + (try response.encoded()) + variables
        tsig.mac = key.mac(of: covered)
        return try tsig.appended(to: response)
    }

    /// Appends the record as it is: unsigned, where the key or the signature was wrong.
    func appended(to response: DNSMessage) throws -> [UInt8] {
        var response = response
        response.additionals.append(record)
        return try response.encoded()
    }
}

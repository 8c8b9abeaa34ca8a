import NetworkPrimitives

/// Signs one request and verifies its answer (RFC 8945 sections 5.1 to 5.3).
struct TSIGSigner: Sendable {
    /// Seconds by which the clocks may differ: what RFC 8945 section 10 recommends.
    static let fudge: UInt16 = 300

    let keyName: DomainName
    let algorithm: TSIGAlgorithm
    let key: [UInt8]
    /// How many bytes of a code are sent, and at least expected.
    let codeByteCount: Int

    init(keyName: DomainName, algorithm: TSIGAlgorithm, codeByteCount: Int? = nil, key: [UInt8]) {
        self.keyName = keyName
        self.algorithm = algorithm
        self.codeByteCount = codeByteCount ?? algorithm.codeByteCount
        self.key = key
    }

    /// A request that is ready to be sent, and what is needed to verify its answer.
    struct SignedRequest: Sendable {
        var bytes: [UInt8]
        var code: [UInt8]
    }

    /// - Parameter time: seconds since 1970.
    func sign(_ request: DNSMessage, at time: UInt64) throws(DNSEncodingError) -> SignedRequest {
        var tsig = TSIGRecord(
            algorithm: algorithm.name, timeSigned: time, fudge: Self.fudge, originalID: request.id)
        let code = algorithm.authenticationCode(
            for: try request.encoded() + tsig.signedVariables(keyName: keyName), key: key)
        tsig.code = Array(code.prefix(codeByteCount))
        var signed = request
        signed.additionals.append(tsig.record(keyName: keyName))
        return SignedRequest(bytes: try signed.encoded(), code: tsig.code)
    }

    /// Checks that an answer comes from somebody who has the key, belongs to the request and is recent.
    ///
    /// - Parameter time: seconds since 1970.
    func verify(_ reply: DNSReply, to request: SignedRequest, at time: UInt64) throws(TSIGFailure) {
        guard let last = reply.message.additionals.last, last.type == .tsig, let offset = reply.lastRecordOffset else {
            throw .unsigned(reply.message.responseCode)
        }
        guard let tsig = TSIGRecord(last) else { throw .malformed }
        guard reply.message.additionals.dropLast().allSatisfy({ $0.type != .tsig }) else { throw .malformed }
        // These two errors cannot be signed, since the server has no code of ours that it believes (section 5.3.2).
        switch tsig.error {
        case .badKey: throw .unknownKey
        case .badSignature: throw .badSignature
        case .badTruncation: throw .badTruncation
        default: break
        }
        guard last.name == keyName, tsig.algorithm == algorithm.name else { throw .otherKey }

        var signed = withLength(request.code)
        signed += unsigned(reply.bytes[..<offset], originalID: tsig.originalID, count: reply.message.additionals.count)
        signed += tsig.signedVariables(keyName: keyName)
        guard algorithm.isValid(tsig.code, for: signed, key: key, shortest: codeByteCount) else { throw .forged }

        let serverTime = tsig.error == .badTime ? number(tsig.otherData) ?? tsig.timeSigned : tsig.timeSigned
        let difference = time > serverTime ? Int64(clamping: time - serverTime) : -Int64(clamping: serverTime - time)
        guard tsig.error != .badTime, abs(difference) <= Int64(tsig.fudge) else { throw .clocksDiffer(by: difference) }
        guard tsig.error == .noError else { throw .other(tsig.error) }
    }

    /// The message as it was before the signature was added: its own identifier, and one record fewer.
    private func unsigned(_ bytes: ArraySlice<UInt8>, originalID: UInt16, count: Int) -> [UInt8] {
        var bytes = Array(bytes)
        let count = count - 1
        bytes[0] = UInt8(truncatingIfNeeded: originalID >> 8)
        bytes[1] = UInt8(truncatingIfNeeded: originalID)
        bytes[10] = UInt8(truncatingIfNeeded: count >> 8)
        bytes[11] = UInt8(truncatingIfNeeded: count)
        return bytes
    }

    private func withLength(_ bytes: [UInt8]) -> [UInt8] {
        var writer = DNSWriter()
        writer.write(UInt16(truncatingIfNeeded: bytes.count))
        writer.write(bytes)
        return writer.bytes
    }

    private func number(_ bytes: [UInt8]) -> UInt64? {
        bytes.count == 6 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}

/// Why an answer is not to be believed, or why the server did not believe the request.
enum TSIGFailure: Error, Hashable, Sendable {
    /// The server does not know the key under that name with that algorithm (BADKEY).
    case unknownKey
    /// The server computed another code (BADSIG).
    case badSignature
    /// The server wants a longer code (BADTRUNC).
    case badTruncation
    /// Our clock is ahead of the server's by that many seconds, or behind by as many if negative (BADTIME).
    case clocksDiffer(by: Int64)
    /// The answer has no signature; the response code may explain it.
    case unsigned(DNSResponseCode)
    /// The answer is signed with another key.
    case otherKey
    /// The answer's signature is wrong.
    case forged
    case malformed
    case other(DNSResponseCode)
}

import NetworkPrimitives

/// The decisions of the simulated DNS server: zones, keys and what to answer. A value without I/O.
struct DNSResponder: Sendable {
    var zones: [SimulatedZone]
    var keys: [SimulatedTSIGKey]
    /// Whether updates need a signature.
    var requiresSignature: Bool

    /// The result of one message.
    struct Outcome: Sendable {
        var bytes: [UInt8]?
        var record: RecordedDNSMessage?
        var change: SimulatedZoneChange?
    }

    /// Checks, answers and signs.
    ///
    /// - Parameters:
    ///   - fault: `commitThenDrop`, `silent` and `delay` are the caller's.
    ///   - now: seconds since 1970, for signatures.
    mutating func respond(
        to bytes: [UInt8], isTCP: Bool, now: UInt64, fault: (DNSFaultSubject) -> DNSFault?
    ) -> (outcome: Outcome, fault: DNSFault?) {
        let request: DNSMessage
        let offset: Int?
        do {
            (request, offset) = try DNSMessage.decodeLocatingLastRecord(bytes)
        } catch {
            return (Outcome(bytes: Self.formatError(bytes)), nil)
        }
        guard !request.isResponse else { return (Outcome(), nil) }
        guard let question = request.questions.first, request.questions.count == 1 else {
            return (Outcome(bytes: Self.formatError(bytes)), nil)
        }
        let isUpdate = request.opcode == .update
        let subject = DNSFaultSubject(name: question.name, type: question.type, isUpdate: isUpdate, isTCP: isTCP)
        let fault = fault(subject)
        var outcome = Outcome(
            record: RecordedDNSMessage(
                name: question.name, type: question.type, isUpdate: isUpdate, isTCP: isTCP))
        if case .responseCode(let code) = fault {
            outcome.bytes = try? request.response(code).encoded()
            outcome.record?.code = code
            return (outcome, fault)
        }
        if case .garbage(let bytes) = fault {
            outcome.bytes = bytes
            return (outcome, fault)
        }

        let signature = check(request, bytes, offset: offset, now: now)
        outcome.record?.key = signature.key?.name
        var response: DNSMessage
        if signature.error != 0 || signature.isMalformed {
            response = request.response(signature.isMalformed ? .formatError : .notAuthoritative)
        } else if isUpdate {
            let (message, change) = update(request, key: signature.key)
            (response, outcome.change) = (message, change)
        } else {
            response = query(request, question)
        }
        outcome.record?.code = response.responseCode
        if case .notAuthoritative = fault { response.isAuthoritative = false }
        if case .truncate = fault, !isTCP { Self.truncate(&response) }
        if case .wrongID = fault { response.id = ~response.id }
        outcome.bytes = finish(response, request: request, signature: signature, isTCP: isTCP, now: now, fault: fault)
        return (outcome, fault)
    }

    private static func formatError(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 12, bytes[2] & 0x80 == 0 else { return nil }
        let id = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        return try? DNSMessage(id: id, isResponse: true, responseCode: .formatError).encoded()
    }

    private func zone(for name: DomainName) -> Int? {
        zones.indices.filter { name.isWithin(zones[$0].name) }.max {
            zones[$0].name.labels.count < zones[$1].name.labels.count
        }
    }

    private func query(_ request: DNSMessage, _ question: DNSQuestion) -> DNSMessage {
        guard request.opcode == .query else { return request.response(.notImplemented) }
        guard question.recordClass == .internet, let index = zone(for: question.name) else {
            return request.response(.refused)
        }
        let found = zones[index].answer(question)
        var response = request.response(found.code, isAuthoritative: found.isAuthoritative)
        response.answers = found.answers
        response.authorities = found.authorities
        response.additionals = found.additionals
        return response
    }

    private mutating func update(
        _ request: DNSMessage, key: SimulatedTSIGKey?
    ) -> (DNSMessage, SimulatedZoneChange?) {
        guard let question = request.zones.first, question.type == .soa else {
            return (request.response(.formatError), nil)
        }
        guard let index = zones.firstIndex(where: { $0.name == question.name }), question.recordClass == .internet
        else {
            return (request.response(.notAuthoritative), nil)
        }
        guard !requiresSignature || key != nil else { return (request.response(.refused), nil) }
        do throws(SimulatedZone.UpdateRefused) {
            guard try zones[index].apply(request) else { return (request.response(), nil) }
        } catch {
            return (request.response(error.code), nil)
        }
        let change = SimulatedZoneChange(
            zone: zones[index].name, serial: zones[index].startOfAuthority.serial, names: request.updates.map(\.name))
        return (request.response(), change)
    }

    // MARK: signatures

    /// What is known of a request's signature.
    struct Signature: Sendable {
        var tsig: SimulatedTSIG?
        /// The key whose signature is right.
        var key: SimulatedTSIGKey?
        /// BADSIG, BADKEY, BADTIME or BADTRUNC.
        var error: UInt16 = 0
        var isMalformed = false
    }

    private func check(_ request: DNSMessage, _ bytes: [UInt8], offset: Int?, now: UInt64) -> Signature {
        let signatures = request.additionals.filter { $0.type == .tsig }
        guard let last = request.additionals.last, !signatures.isEmpty else { return Signature() }
        guard signatures.count == 1, last.type == .tsig, let offset, let tsig = SimulatedTSIG(last) else {
            return Signature(isMalformed: true)
        }
        var result = Signature(tsig: tsig)
        let known = keys.first { $0.name == tsig.keyName && tsig.algorithm.description == $0.algorithm.rawValue }
        guard let known else {
            result.error = DNSResponseCode.badKey.rawValue
            return result
        }
        let right = known.mac(of: tsig.coveredBytes(ofRequest: bytes, recordOffset: offset))
        guard tsig.mac.count == right.count else {
            result.error = tsig.mac.count < right.count ? DNSResponseCode.badTruncation.rawValue : 0
            result.isMalformed = tsig.mac.count > right.count
            return result
        }
        guard tsig.mac == right else {
            result.error = DNSResponseCode.badSignature.rawValue
            return result
        }
        result.key = known
        let distance = now > tsig.timeSigned ? now - tsig.timeSigned : tsig.timeSigned - now
        if distance > UInt64(tsig.fudge) { result.error = DNSResponseCode.badTime.rawValue }
        return result
    }

    /// Adds EDNS, truncates to what the client can take, signs, and encodes.
    private func finish(
        _ response: DNSMessage, request: DNSMessage, signature: Signature, isTCP: Bool, now: UInt64, fault: DNSFault?
    ) -> [UInt8]? {
        var response = response
        var limit = isTCP ? 65_535 : 512
        if let options = request.ednsOptions {
            response.additionals.append(.opt(DNSOptions(udpPayloadSize: 1232)))
            if !isTCP { limit = max(512, Int(options.udpPayloadSize)) }
        }
        guard var bytes = encode(response, signature: signature, now: now, fault: fault) else { return nil }
        if bytes.count > limit {
            Self.truncate(&response)
            bytes = encode(response, signature: signature, now: now, fault: fault) ?? []
        }
        return bytes
    }

    private static func truncate(_ response: inout DNSMessage) {
        response.isTruncated = true
        response.answers = []
        response.authorities = []
        response.additionals.removeAll { $0.type != .opt }
    }

    private func encode(_ response: DNSMessage, signature: Signature, now: UInt64, fault: DNSFault?) -> [UInt8]? {
        guard let request = signature.tsig, !signature.isMalformed else { return try? response.encoded() }
        if case .omitSignature = fault { return try? response.encoded() }
        var tsig = SimulatedTSIG(answering: request, timeSigned: now)
        tsig.error = signature.error
        guard let key = signature.key else { return try? tsig.appended(to: response) }
        if signature.error == DNSResponseCode.badTime.rawValue {
            // The client's time stays, and the server's goes into the other data (RFC 8945 section 5.2.3).
            tsig.timeSigned = request.timeSigned
            tsig.otherData = (0..<6).map { UInt8(truncatingIfNeeded: now >> UInt64(8 * (5 - $0))) }
        }
        var bytes = try? tsig.signed(response, key: key, requestMAC: request.mac)
        if case .corruptSignature = fault, let count = bytes?.count {
            // The MAC ends six bytes before the end of a record without other data.
            bytes?[count - 7] ^= 1
        }
        return bytes
    }
}

import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// A primary name server in memory that takes signed updates, as RFC 2136 section 3 and RFC 8945 section 5 describe, and
/// that can be told to misbehave.
final class FakeUpdateServer: Sendable {
    let zone: FakeZone
    let fault: ProviderFault?
    private let signer: TSIGSigner
    private let updates = Mutex<[DNSMessage]>([])

    init(_ zone: FakeZone, keyName: String, secret: [UInt8], fault: ProviderFault? = nil) {
        self.zone = zone
        self.fault = fault
        signer = TSIGSigner(keyName: RecordName(keyName) ?? .root, algorithm: .sha256, key: secret)
    }

    /// The updates that arrived, with a valid signature or not.
    var received: [DNSMessage] { updates.withLock { $0 } }

    func answer(_ request: FakeDNSServer.Request) -> FakeDNSServer.Reply {
        var message = request.message
        if message.opcode == .update { updates.withLock { $0.append(message) } }
        guard let last = message.additionals.popLast(), let tsig = TSIGRecord(last) else {
            return .message(message.response(.refused))
        }
        let code = tsig.code
        switch fault {
        case .unauthorized: return unsigned(message, tsig, last.name, .badKey)
        case .forbidden: return signed(message.response(.refused), code, tsig)
        case .zoneMissing: return signed(message.response(.refused), code, tsig)
        case .serverError: return signed(message.response(.serverFailure), code, tsig)
        case .malformedAnswer: return .message(zone.answer(message))
        case .conflict where message.opcode == .update:
            return signed(message.response(.noSuchRecordSet), code, tsig)
        case .timeoutBeforeCommit where message.opcode == .update: return .silence
        default: break
        }
        guard last.name == signer.keyName, tsig.algorithm == signer.algorithm.name else {
            return unsigned(message, tsig, last.name, .badKey)
        }
        var variables = tsig
        variables.code = []
        guard let bytes = try? message.encoded(),
            signer.algorithm.isValid(
                code, for: bytes + variables.signedVariables(keyName: last.name), key: signer.key)
        else { return unsigned(message, tsig, last.name, .badSignature) }
        guard message.opcode == .update else { return signed(zone.answer(message), code, tsig) }
        let answer = message.response(update(message))
        return fault == .timeoutAfterCommit ? .silence : signed(answer, code, tsig)
    }

    private func update(_ message: DNSMessage) -> DNSResponseCode {
        guard message.zones == [DNSQuestion(name: zone.apex, type: .soa)] else { return .notAuthoritative }
        var expected: [FakeZone.Key: [[UInt8]]] = [:]
        for prerequisite in message.prerequisites {
            guard prerequisite.ttl == 0 else { return .formatError }
            guard prerequisite.name.isWithin(zone.apex) else { return .notInZone }
            switch prerequisite.recordClass {
            case .none:
                guard zone.records(prerequisite.name, prerequisite.type).isEmpty else { return .recordSetExists }
            case .internet:
                expected[.init(name: prerequisite.name, type: prerequisite.type), default: []].append(prerequisite.data)
            default: return .formatError
            }
        }
        for (key, data) in expected {
            guard Set(zone.records(key.name, key.type).map(\.data)) == Set(data) else { return .noSuchRecordSet }
        }
        // The one kind of update that our provider sends: delete a set, add its successor.
        guard let deletion = message.updates.first, deletion.recordClass == .any, deletion.data.isEmpty,
            message.updates.dropFirst().allSatisfy({
                $0.name == deletion.name && $0.type == deletion.type && $0.recordClass == .internet
            })
        else { return .formatError }
        zone.write(deletion.name, deletion.type, Array(message.updates.dropFirst()))
        return .noError
    }

    private func signed(_ answer: DNSMessage, _ requestCode: [UInt8], _ tsig: TSIGRecord) -> FakeDNSServer.Reply {
        var record = tsig
        record.code = []
        guard let bytes = try? answer.encoded() else { return .silence }
        let prefix = [UInt8(requestCode.count >> 8), UInt8(requestCode.count & 0xFF)] + requestCode
        record.code = signer.algorithm.authenticationCode(
            for: prefix + bytes + record.signedVariables(keyName: signer.keyName), key: signer.key)
        var answer = answer
        answer.additionals.append(record.record(keyName: signer.keyName))
        return .message(answer)
    }

    private func unsigned(
        _ message: DNSMessage, _ tsig: TSIGRecord, _ keyName: RecordName, _ error: DNSResponseCode
    ) -> FakeDNSServer.Reply {
        var record = tsig
        record.code = []
        record.error = error
        var answer = message.response(.notAuthoritative)
        answer.additionals = [record.record(keyName: keyName)]
        return .message(answer)
    }
}

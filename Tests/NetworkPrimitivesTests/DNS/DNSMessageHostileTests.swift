import NetworkPrimitives
import TestSupport
import Testing

/// Whatever arrives from the network is either a message or an error with an offset; never a trap, never a long wait.
@Suite struct DNSMessageHostileTests {
    private static let header: [UInt8] = [0, 1, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0]

    private func decode(_ bytes: [UInt8]) -> Result<DNSMessage, DNSDecodingError> {
        do {
            return .success(try DNSMessage(decoding: bytes))
        } catch {
            return .failure(error)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: [UInt8]
        var expected: DNSDecodingError
    }

    @Test(arguments: [
        Case(testDescription: "pointer to itself", name: [0xC0, 12], expected: .init(.pointerNotBackwards, at: 12)),
        Case(testDescription: "pointer forwards", name: [0xC0, 14, 0], expected: .init(.pointerNotBackwards, at: 12)),
        Case(
            testDescription: "pointer to the name's own first label", name: [1, 0x61, 0xC0, 12],
            expected: .init(.pointerNotBackwards, at: 14)),
        Case(
            testDescription: "pointer far beyond the end", name: [0xFF, 0xFF],
            expected: .init(.pointerNotBackwards, at: 12)),
        Case(testDescription: "half a pointer", name: [0xC0], expected: .init(.truncated, at: 12)),
        Case(testDescription: "label type 01", name: [0x41, 0x61], expected: .init(.reservedLabelType, at: 12)),
        Case(testDescription: "label type 10", name: [0x80, 0x61], expected: .init(.reservedLabelType, at: 12)),
        Case(testDescription: "label beyond the end", name: [63, 0x61], expected: .init(.truncated, at: 12)),
        Case(testDescription: "no root label", name: [1, 0x61], expected: .init(.truncated, at: 14)),
        Case(
            testDescription: "name of 256 bytes",
            name: Array(repeating: [1, 0x61], count: 128).flatMap { $0 } + [0, 0, 1, 0, 1],
            expected: .init(.nameTooLong, at: 12)),
        Case(testDescription: "nothing after the name", name: [0], expected: .init(.truncated, at: 13)),
        Case(testDescription: "a byte too much", name: [0, 0, 1, 0, 1, 0], expected: .init(.trailingBytes, at: 17)),
    ])
    func names(_ test: Case) {
        #expect(decode(Self.header + test.name) == .failure(test.expected))
    }

    @Test func pointersThatTakeTurnsEndInAnError() throws {
        // The header holds two pointers that point at each other: at 2 -> 4 and at 4 -> 2 (as flags and counts).
        let bytes: [UInt8] = [0, 0, 0xC0, 4, 0xC0, 2, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 1, 0, 1]
        #expect(decode(bytes) == .failure(DNSDecodingError(.pointerNotBackwards, at: 2)))
    }

    @Test func aLongChainOfPointersEndsInAnError() throws {
        // One unknown record whose data is a chain, each pointer pointing to the one before it, then a name that uses it.
        var data: [UInt8] = [0]
        let start = 12 + 11
        var previous = start
        for _ in 0..<200 {
            let next = start + data.count
            data += [0xC0 | UInt8(previous >> 8), UInt8(previous & 0xFF)]
            previous = next
        }
        let bytes: [UInt8] =
            [0, 1, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0]
            + [0, 0xFF, 0, 0, 1, 0, 0, 0, 0, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
            + [0xC0 | UInt8(previous >> 8), UInt8(previous & 0xFF), 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(decode(bytes) == .failure(DNSDecodingError(.tooManyPointers, at: start + data.count)))
    }

    @Test func everyTruncationIsAnErrorInsideTheMessage() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let bytes = try DNSMessageTests.randomMessage(&random).encoded()
            for end in 0..<bytes.count {
                guard case .failure(let error) = decode(Array(bytes[..<end])) else {
                    Issue.record("\(end) of \(bytes.count) bytes were taken for a message")
                    continue
                }
                #expect((0...end).contains(error.offset))
                #expect(error.reason == .truncated)
            }
            #expect(decode(bytes + [0]) == .failure(DNSDecodingError(.trailingBytes, at: bytes.count)))
        }
    }

    @Test(arguments: [5, 7, 9, 11])
    func countsThatLieAreErrors(at index: Int) throws {
        let bytes = try DNSMessage(
            id: 1, questions: [DNSQuestion(name: .root, type: .a)],
            answers: [.a(.root, ttl: 1, IPv4Address(1, 2, 3, 4))]
        ).encoded()
        var more = bytes
        more[index - 1] = 0xFF
        more[index] = 0xFF
        guard case .failure = decode(more) else {
            Issue.record("65535 entries were found in \(bytes.count) bytes")
            return
        }
        var fewer = bytes
        guard fewer[index] > 0 else { return }
        fewer[index] -= 1
        guard case .failure = decode(fewer) else {
            Issue.record("one entry fewer than there is was accepted")
            return
        }
    }

    @Test(arguments: [
        ("name runs beyond the data", DNSRecordType.ns, [3, 0x61, 0x61] as [UInt8]),
        ("bytes after the name", .cname, [0, 0]),
        ("preference without a name", .mx, [0, 10]),
        ("SOA without its last number", .soa, [0, 0] + [UInt8](repeating: 0, count: 16)),
        ("SOA with a number too many", .soa, [0, 0] + [UInt8](repeating: 0, count: 24)),
    ])
    func recordDataHasToFitItsType(_: String, type: DNSRecordType, data: [UInt8]) throws {
        let message = DNSMessage(
            id: 1,
            answers: [
                DNSRecord(name: .root, type: type, ttl: 0, data: data), .a(.root, ttl: 0, IPv4Address(1, 2, 3, 4)),
            ])
        guard case .failure(let error) = decode(try message.encoded()) else {
            Issue.record("accepted")
            return
        }
        #expect(error.reason == .badRecordData)
        #expect((23...(23 + data.count)).contains(error.offset))
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func noiseNeverTraps(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var bytes: [UInt8]
            if Bool.random(using: &random) {
                bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            } else {
                bytes = try DNSMessageTests.randomMessage(&random).encoded()
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            switch decode(bytes) {
            case .success(let message):
                // What was understood can be said again, and is understood the same way.
                #expect(try DNSMessage(decoding: message.encoded()) == message)
                _ = message.answers.map {
                    ($0.ipAddress, $0.nameServer, $0.strings, $0.startOfAuthority, $0.ednsOptions)
                }
            case .failure(let error):
                #expect((0...bytes.count).contains(error.offset))
            }
        }
    }
}

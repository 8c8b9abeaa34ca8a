import NIOCore
import NetworkPrimitives
import TestSupport
import Testing

@testable import WANDetection

/// Answers that strangers, broken servers and broken middle boxes send: none may be believed, none may trap.
@Suite struct STUNHostileAnswerTests {
    private func decode(_ bytes: [UInt8], family: IPAddress.Family = .ipv4) -> Result<IPAddress, STUNRejection> {
        do throws(STUNRejection) {
            return .success(
                try STUNMessage.mappedAddress(in: ByteBuffer(bytes: bytes), answering: STUNBytes.id, family: family))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: STUNCase.ignored) func ignores(answer: STUNCase) {
        #expect(decode(answer.bytes) == answer.expected)
        guard case .failure(let error) = answer.expected else { return }
        #expect(!error.endsTransaction)
    }

    @Test(arguments: STUNCase.final) func fails(answer: STUNCase) {
        #expect(decode(answer.bytes) == answer.expected)
        guard case .failure(let error) = answer.expected else { return }
        #expect(error.endsTransaction)
        #expect(!error.description.isEmpty)
    }

    @Test(arguments: STUNCase.valid) func accepts(answer: STUNCase) {
        #expect(decode(answer.bytes) == answer.expected)
    }

    @Test func everyCaseHasANameOfItsOwn() {
        #expect(Set(STUNCase.all.map(\.testDescription)).count == STUNCase.all.count)
    }

    @Test func anIPv4AnswerToAQuestionOverIPv6() {
        #expect(decode(STUNMessageTests.ipv4Response, family: .ipv6) == .failure(.wrongFamily(STUNCase.a)))
    }

    /// Random damage to real messages: whatever comes out, it is an answer or a rejection and never a trap.
    @Test(arguments: 0..<8) func survivesDamage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let samples = [
            STUNMessageTests.ipv4Response, STUNMessageTests.ipv6Response, STUNBytes.response(STUNCase.right),
            STUNBytes.error([0, 0, 4, 20] + Array("Unknown".utf8)),
        ]
        for _ in 0..<4000 {
            var bytes = samples.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[at] = .random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(.random(in: .min ... .max, using: &generator), at: at)
                case 3: bytes.removeLast(bytes.count - at)
                default: bytes.insert(contentsOf: bytes[at...].prefix(8), at: at)
                }
            }
            // Most damage ends at the length; with the length put right the attributes are reached.
            if bytes.count >= 20, generator.chance(70) {
                let length = STUNBytes.big(UInt16(truncatingIfNeeded: bytes.count - 20))
                bytes.replaceSubrange(2..<4, with: length)
            }
            for family in IPAddress.Family.allCases {
                guard case .success(let address) = decode(bytes, family: family) else { continue }
                #expect(address.family == family)
            }
        }
    }
}

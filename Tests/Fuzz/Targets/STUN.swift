import NIOCore
import NetworkPrimitives

@testable import WANDetection

extension FuzzTarget {
    /// An answer to a binding request, as one datagram and as the bytes of a stream in pieces of any size.
    static let stun = FuzzTarget("stun") { bytes in
        for family in IPAddress.Family.allCases {
            let question = STUNQuestion(
                id: STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE), family: family)
            if case .success(let address) = question.answer(inDatagram: ByteBuffer(bytes: bytes)) {
                expect(address.family == family, "an address is of the family that was asked for")
            }
            let whole = stunAnswer(to: question, in: [bytes])
            var input = FuzzInput(bytes)
            expect(stunAnswer(to: question, in: input.pieces()) == whole, "segmentation makes no difference")
        }
    }

    private enum StreamOutcome: Equatable {
        case answer(STUNQuestion.Answer)
        case malformed(notSTUN: Bool)
        case incomplete
    }

    private static func stunAnswer(to question: STUNQuestion, in pieces: [[UInt8]]) -> StreamOutcome {
        var received = ByteBuffer()
        for piece in pieces {
            received.writeBytes(piece)
            do throws(STUNRejection) {
                if let answer = try question.answer(inStream: &received) { return .answer(answer) }
            } catch {
                // The error tells how much had arrived, which depends on the pieces.
                return .malformed(notSTUN: error == .notSTUN)
            }
        }
        return .incomplete
    }
}

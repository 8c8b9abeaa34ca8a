import NIOCore
import NetworkPrimitives

/// One binding request, and what is an answer to it. Pure: the clients bring the bytes.
struct STUNQuestion: Sendable {
    /// The server's final word: our address, or why it has none for us.
    typealias Answer = Result<IPAddress, STUNRejection>

    /// The most that is read from one connection in bytes: two messages of the largest size.
    static let largestStream = 2 * (STUNMessage.headerLength + Int(UInt16.max))

    let id: STUNTransactionID
    let family: IPAddress.Family

    var request: ByteBuffer { STUNMessage.bindingRequest(id) }

    /// Looks at one datagram; `nil` where it may come from anybody, so that the wait goes on.
    func answer(inDatagram message: ByteBuffer) -> Answer? {
        let answer = read(message)
        if case .failure(let error) = answer, !error.endsTransaction { return nil }
        return answer
    }

    /// Takes whole messages from what has arrived on a connection (RFC 8489 section 6.2.2): a header, and exactly as
    /// many bytes as it states.
    ///
    /// What answers another question, or none, is passed over. Anything else that is wrong ends the exchange: a stream has
    /// one author, and nothing tells where its next message begins.
    ///
    /// - Returns: `nil` while the answer is not complete.
    /// - Throws: ``STUNRejection`` where the bytes are no STUN message.
    func answer(inStream received: inout ByteBuffer) throws(STUNRejection) -> Answer? {
        while let message = try STUNMessage.frame(from: &received) {
            let answer = read(message)
            switch answer {
            case .failure(.wrongType), .failure(.wrongTransaction): continue
            case .failure, .success: return answer
            }
        }
        return nil
    }

    private func read(_ message: ByteBuffer) -> Answer {
        do throws(STUNRejection) {
            return .success(try STUNMessage.mappedAddress(in: message, answering: id, family: family))
        } catch {
            return .failure(error)
        }
    }
}

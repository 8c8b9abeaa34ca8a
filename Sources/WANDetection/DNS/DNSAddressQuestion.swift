import NIOCore
import NetworkPrimitives

/// One DNS question whose answer is the asker's address, and what is an answer to it. Pure: the clients bring the bytes.
struct DNSAddressQuestion: Sendable {
    /// The server's final word: our address, or why it has none for us.
    typealias Answer = Result<IPAddress, SourceError>

    private let query: DNSMessage
    private let question: DNSQuestion
    private let family: IPAddress.Family

    /// - Parameter id: has to be unpredictable over UDP.
    init(_ question: DNSQuestion, id: UInt16, family: IPAddress.Family) {
        // No EDNS: it could carry the subnet of somebody who forwards the question, and one address needs no room.
        query = DNSMessage(id: id, recursionDesired: true, questions: [question])
        self.question = question
        self.family = family
    }

    func encoded() throws(SourceError) -> [UInt8] {
        do {
            return try query.encoded()
        } catch {
            throw SourceError(.failed, error.description)
        }
    }

    /// Looks at one datagram; `nil` where it is no answer to the question, so that the wait goes on. Garbage ends at the
    /// header, before any memory is taken for it.
    func answer(inDatagram datagram: ByteBuffer) -> Answer? {
        let header = datagram.peekMultipleIntegers(as: (UInt16, UInt8).self)
        guard let (id, flags) = header, id == query.id, flags & 0x80 != 0 else { return nil }
        return answer(in: Array(datagram.readableBytesView))
    }

    /// Looks at one message; `nil` where it is no answer to the question, so that it may come from anybody.
    func answer(in bytes: [UInt8]) -> Answer? {
        guard let message = try? DNSMessage(decoding: bytes), message.isAnswer(to: query) else { return nil }
        do throws(SourceError) {
            return .success(try address(in: message))
        } catch {
            return .failure(error)
        }
    }

    private func address(in message: DNSMessage) throws(SourceError) -> IPAddress {
        guard message.responseCode == .noError else {
            throw SourceError(.rejected, "answered \(message.responseCode)")
        }
        guard !message.isTruncated else { throw SourceError(.invalidAnswer, "answered more than fits into a datagram") }
        guard message.answers.count == 1, let record = message.answers.first else {
            throw SourceError(.invalidAnswer, "answered \(message.answers.count) records; expected exactly one")
        }
        guard record.name == question.name, record.type == question.type, record.recordClass == question.recordClass
        else {
            throw SourceError(
                .invalidAnswer, "answered \(record.name) \(record.recordClass) \(record.type) instead of \(question)")
        }
        guard let address = Self.address(in: record) else {
            throw SourceError(.invalidAnswer, "answered a record that does not hold one address and nothing else")
        }
        guard address.family == family else {
            throw SourceError(.wrongFamily, "answered \(address), which is of the wrong address family")
        }
        guard question.name != Self.whoamiCloudflare || !CloudflareNetwork.contains(address) else {
            throw SourceError(.invalidAnswer, "answered \(address), which is an address of Cloudflare's own network")
        }
        return address
    }

    private static let whoamiCloudflare = DomainName("whoami.cloudflare")

    /// The address of an A or AAAA record, or that which is the whole of a TXT record's only string.
    private static func address(in record: DNSRecord) -> IPAddress? {
        if let address = record.ipAddress { return address }
        guard let strings = record.strings, strings.count == 1, strings[0].allSatisfy({ $0 < 0x80 }) else { return nil }
        return IPAddress(String(decoding: strings[0], as: UTF8.self))
    }
}

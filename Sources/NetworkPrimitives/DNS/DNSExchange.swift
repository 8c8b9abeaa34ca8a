import NIOCore
import NIOPosix

/// One request to one DNS server: over UDP, and over TCP where the request or its answer is too large for that.
///
/// Every request has a socket, and so a random port, of its own. An answer counts only if it comes from the server asked,
/// has the request's identifier and opcode, and echoes the question exactly, case included (RFC 5452 section 4). Anything
/// else that arrives over UDP is ignored.
public struct DNSExchange: Sendable {
    /// In bytes, what passes any path unfragmented: larger requests go over TCP, and queries ask servers to send larger
    /// answers there, too.
    public static let largestDatagram: UInt16 = 1232

    /// When to send over UDP, counted from the start.
    public var sendTimes: [Duration]
    /// When to give up on UDP, and again on TCP where that follows.
    public var timeout: Duration

    /// - Parameters:
    ///   - sendTimes: by default at once and again after 0.7 s.
    ///   - timeout: by default 2 s.
    public init(
        sendTimes: [Duration] = [.zero, .milliseconds(700)],
        timeout: Duration = .seconds(2)
    ) {
        self.sendTimes = sendTimes
        self.timeout = timeout
    }

    /// Asks `server`, trying one of its addresses after the other while they do not answer.
    ///
    /// - Parameters:
    ///   - request: an encoded message, possibly signed.
    ///   - server: a host name is resolved by the operating system.
    /// - Throws: ``ExchangeError`` of the last address tried; ``ExchangeError/cancelled`` soon after a cancellation.
    public func ask(_ request: [UInt8], at server: HostPort) async throws(ExchangeError) -> DNSReply {
        let asked: DNSMessage
        do {
            asked = try DNSMessage(decoding: request)
        } catch {
            throw .malformed("the request itself is a \(error)")
        }
        var failure = ExchangeError.unresolvable(server.host)
        for address in try await server.resolve() {
            do {
                return try await ask(request, asked, at: address)
            } catch {
                guard error != .cancelled else { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// As the other `ask`, for a message that needs no signature.
    public func ask(_ request: DNSMessage, at server: HostPort) async throws(ExchangeError) -> DNSMessage {
        let bytes: [UInt8]
        do {
            bytes = try request.encoded()
        } catch {
            throw .malformed(error.description)
        }
        return try await ask(bytes, at: server).message
    }

    private func ask(
        _ request: [UInt8], _ asked: DNSMessage, at address: SocketAddress
    ) async throws(ExchangeError) -> DNSReply {
        if request.count <= Int(Self.largestDatagram) {
            let exchange = DatagramExchange(
                payload: ByteBuffer(bytes: request), sendTimes: sendTimes.map(TimeAmount.init),
                deadline: TimeAmount(timeout))
            let reply = try await exchange.ask(address) { datagram in
                let bytes = Array(datagram.readableBytesView)
                return (try? DNSReply(decoding: bytes)).flatMap { $0.message.isAnswer(to: asked) ? $0 : nil }
            }
            guard reply.message.isTruncated else { return reply }
        }
        let exchange = StreamExchange(
            payload: StreamExchange.lengthPrefixed(request), deadline: TimeAmount(timeout))
        return try await exchange.ask(address, on: MultiThreadedEventLoopGroup.singleton) { received in
            guard let bytes = StreamExchange.lengthPrefixedMessage(from: &received) else { return nil }
            let reply = try DNSReply(decoding: bytes)
            guard reply.message.isAnswer(to: asked) else {
                throw ExchangeError.malformed("the server answered something else than it was asked")
            }
            return reply
        }
    }
}

/// An answer, and its bytes for whoever has to verify a signature over them.
public struct DNSReply: Sendable {
    public let message: DNSMessage
    package let bytes: [UInt8]
    /// Where the last record starts; a signature is always the last record.
    package let lastRecordOffset: Int?

    package init(decoding bytes: [UInt8]) throws(DNSDecodingError) {
        (message, lastRecordOffset) = try DNSMessage.decodeLocatingLastRecord(bytes)
        self.bytes = bytes
    }
}

extension DNSMessage {
    /// A query with a random identifier and EDNS.
    public static func query(
        _ name: DomainName, _ type: DNSRecordType, recursionDesired: Bool = false
    ) -> DNSMessage {
        DNSMessage(
            id: .random(in: 0...UInt16.max), recursionDesired: recursionDesired,
            questions: [DNSQuestion(name: name, type: type)],
            additionals: [.opt(DNSOptions(udpPayloadSize: DNSExchange.largestDatagram))])
    }

    /// Whether this message can be the answer to `request`.
    ///
    /// A server that did not understand the request may leave the question out, and so may any answer to an update
    /// (RFC 2136 section 3.8).
    package func isAnswer(to request: DNSMessage) -> Bool {
        guard isResponse, id == request.id, opcode == request.opcode else { return false }
        if questions.isEmpty {
            return request.questions.isEmpty || opcode == .update || responseCode == .formatError
        }
        return questions.count == request.questions.count
            && zip(questions, request.questions).allSatisfy { $0.isIdentical(to: $1) }
    }
}

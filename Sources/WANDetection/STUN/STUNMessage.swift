public import NIOCore
public import NetworkPrimitives

/// The two STUN messages that matter here (RFC 8489): the binding request that we send, and its response.
public enum STUNMessage {
    static let magicCookie: UInt32 = 0x2112_A442
    static let headerLength = 20

    enum MessageType {
        static let bindingRequest: UInt16 = 0x0001
        static let bindingSuccess: UInt16 = 0x0101
        static let bindingError: UInt16 = 0x0111
    }

    /// A binding request: the header alone, 20 bytes, no attributes.
    public static func bindingRequest(_ id: STUNTransactionID) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(headerLength)
        buffer.writeMultipleIntegers(MessageType.bindingRequest, UInt16(0), magicCookie, id.high, id.low)
        return buffer
    }

    /// The address that a server saw, from one datagram or one framed message of a stream.
    ///
    /// Takes any bytes whatever; never traps.
    ///
    /// - Parameters:
    ///   - message: one whole message, nothing before and nothing after it.
    ///   - id: the request's identifier.
    ///   - family: the family of the transport that carried the request; the answer has to be of the same.
    /// - Throws: ``STUNRejection``, which says whether the wait may go on.
    public static func mappedAddress(
        in message: ByteBuffer, answering id: STUNTransactionID, family: IPAddress.Family
    ) throws(STUNRejection) -> IPAddress {
        var body = message
        let type = try readHeader(&body, answering: id)
        let attributes = try STUNAttributes(of: message, body: body)
        if let unknown = attributes.firstUnknownRequired { throw .unknownRequiredAttribute(unknown) }
        guard type == MessageType.bindingSuccess else { throw errorResponse(attributes) }
        guard let address = try attributes.mappedAddress(id: id) else { throw .noAddress }
        guard address.family == family else { throw .wrongFamily(address) }
        return address
    }

    /// Takes the first message from the bytes of a stream; `nil`, and the bytes as they were, while it is incomplete.
    ///
    /// - Throws: ``STUNRejection/notSTUN`` or ``STUNRejection/wrongLength(stated:actual:)`` as soon as the header shows that
    ///   this is no STUN message, without waiting for the length that it states.
    static func frame(from received: inout ByteBuffer) throws(STUNRejection) -> ByteBuffer? {
        guard
            let (type, length, cookie) = received.peekMultipleIntegers(as: (UInt16, UInt16, UInt32).self)
        else { return nil }
        guard type & 0xC000 == 0, cookie == magicCookie else { throw .notSTUN }
        guard length % 4 == 0 else {
            throw .wrongLength(stated: Int(length), actual: max(0, received.readableBytes - headerLength))
        }
        return received.readSlice(length: headerLength + Int(length))
    }

    /// Consumes the header and returns the message type: a success or an error response to `id`, nothing else.
    private static func readHeader(
        _ buffer: inout ByteBuffer, answering id: STUNTransactionID
    ) throws(STUNRejection) -> UInt16 {
        let total = buffer.readableBytes
        guard
            let (type, length, cookie, high, low) = buffer.readMultipleIntegers(
                as: (UInt16, UInt16, UInt32, UInt32, UInt64).self)
        else { throw .tooShort(bytes: total) }
        guard type & 0xC000 == 0, cookie == magicCookie else { throw .notSTUN }
        guard type == MessageType.bindingSuccess || type == MessageType.bindingError else { throw .wrongType(type) }
        guard STUNTransactionID(high: high, low: low) == id else { throw .wrongTransaction }
        guard length % 4 == 0, Int(length) == buffer.readableBytes else {
            throw .wrongLength(stated: Int(length), actual: buffer.readableBytes)
        }
        return type
    }

    /// ERROR-CODE (RFC 8489 section 14.8). A 300 is a failure like any other: following a redirection would let
    /// whoever answers choose whom we believe.
    private static func errorResponse(_ attributes: STUNAttributes) -> STUNRejection {
        guard var value = attributes.errorCode,
            let (_, hundreds, number) = value.readMultipleIntegers(as: (UInt16, UInt8, UInt8).self),
            case let hundreds = hundreds & 0x07, (3...6).contains(hundreds), number <= 99
        else { return .errorResponse(code: nil, reason: "") }
        let text = String(decoding: value.readableBytesView.prefix(120), as: UTF8.self)
        let printable = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return .errorResponse(
            code: Int(hundreds) * 100 + Int(number), reason: String(String.UnicodeScalarView(printable)))
    }
}

public import NetworkPrimitives

/// Why bytes are not the answer to a binding request.
public enum STUNRejection: Error, Hashable, Sendable {
    /// Shorter than a header.
    case tooShort(bytes: Int)
    /// The first two bits are not zero, or the magic cookie is missing.
    case notSTUN
    /// STUN, but neither a success nor an error response to a binding request.
    case wrongType(UInt16)
    /// Somebody else's transaction, or a forgery.
    case wrongTransaction
    /// The length field is not divisible by four, or not what arrived.
    case wrongLength(stated: Int, actual: Int)
    /// An attribute, its header or its padding goes past the end.
    case truncatedAttribute(offset: Int)
    /// FINGERPRINT is wrong, not of four bytes, or not the last attribute.
    case wrongFingerprint
    /// An error response; `code` is `nil` where ERROR-CODE is absent or malformed.
    case errorResponse(code: Int?, reason: String)
    /// An attribute that has to be understood and is not (RFC 8489 section 6.3.3).
    case unknownRequiredAttribute(UInt16)
    /// A success response without an address.
    case noAddress
    /// An address attribute whose family and length do not agree.
    case malformedAddress
    /// A well-formed address of the family that was not asked for.
    case wrongFamily(IPAddress)

    /// Whether this is the server's own, final answer. Everything else may come from anybody, is ignored, and the wait
    /// for the real answer goes on.
    public var endsTransaction: Bool {
        switch self {
        case .tooShort, .notSTUN, .wrongType, .wrongTransaction, .wrongLength, .truncatedAttribute, .wrongFingerprint:
            false
        case .errorResponse, .unknownRequiredAttribute, .noAddress, .malformedAddress, .wrongFamily: true
        }
    }
}

extension STUNRejection: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let bytes): "\(bytes) bytes are too few for a STUN header"
        case .notSTUN: "not a STUN message"
        case .wrongType(let type): "message type 0x\(String(type, radix: 16)) is not a binding response"
        case .wrongTransaction: "the transaction identifier is not ours"
        case .wrongLength(let stated, let actual): "the header states \(stated) bytes, \(actual) arrived"
        case .truncatedAttribute(let offset): "the attribute at offset \(offset) goes past the end"
        case .wrongFingerprint: "the fingerprint is wrong"
        case .errorResponse(nil, _): "error response without a valid ERROR-CODE"
        case .errorResponse(let code?, let reason): "error response \(code)\(reason.isEmpty ? "" : " \(reason)")"
        case .unknownRequiredAttribute(let type): "unknown required attribute 0x\(String(type, radix: 16))"
        case .noAddress: "success response without an address"
        case .malformedAddress: "malformed address attribute"
        case .wrongFamily(let address): "answered \(address), which is of the wrong address family"
        }
    }
}

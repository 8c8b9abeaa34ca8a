import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a question over UDP or TCP got no answer.
public enum ExchangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The host name has no address, or the resolver failed.
    case unresolvable(String)
    /// The host answered that nobody listens there.
    case refused
    /// The network said that there is no way there, or the socket could not be made.
    case unreachable(String)
    /// There was no TLS connection with a server whose certificate is valid.
    case tlsFailed(String)
    /// No acceptable answer in time. `ignored` counts what arrived but was not acceptable.
    case timedOut(ignored: Int)
    /// The peer closed the connection, or sent something that cannot be an answer.
    case malformed(String)
    case cancelled

    public var description: String {
        switch self {
        case .unresolvable(let why): "name not resolved: \(why)"
        case .refused: "connection refused"
        case .unreachable(let why): "unreachable: \(why)"
        case .tlsFailed(let why): "TLS failed: \(why)"
        case .timedOut(0): "no answer in time"
        case .timedOut(let ignored): "no acceptable answer in time (\(ignored) ignored)"
        case .malformed(let why): why
        case .cancelled: "cancelled"
        }
    }

    /// Maps what a channel or a connect reported.
    init(_ error: any Error) {
        switch error {
        case let error as ExchangeError: self = error
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .refused
        case let error as IOError: self = .unreachable(String(describing: error))
        case is CancellationError: self = .cancelled
        default: self = .ofTLS(error) ?? .unreachable(String(describing: error))
        }
    }
}

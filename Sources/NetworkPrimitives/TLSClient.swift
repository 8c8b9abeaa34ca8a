import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Makes TLS connections to servers whose certificates are verified.
///
/// The authorities are read when the first connection needs them, so that a process without such connections does not pay
/// for them, and again after a failure.
public final class TLSClient: Sendable {
    /// Whom to trust.
    public enum TrustRoots: Sendable, Hashable {
        /// The operating system's certificate authorities.
        case system
        /// Exactly these authorities (PEM, one or more), and no others.
        case pem([UInt8])
    }

    private let trustRoots: TrustRoots
    private let context = Mutex<NIOSSLContext?>(nil)

    public init(trustRoots: TrustRoots = .system) { self.trustRoots = trustRoots }

    /// What has to stand between a socket and what is said over it.
    ///
    /// - Parameter host: a name or an address, for which the server's certificate has to be valid.
    /// - Throws: ``ExchangeError/tlsFailed(_:)`` where the authorities cannot be read.
    func layer(for host: String) async throws(ExchangeError) -> @Sendable (any Channel) throws -> Void {
        let context = try await preparedContext()
        // An address is no server name (RFC 6066 section 3); it is compared with the certificate all the same.
        let serverName = IPAddress(host) == nil ? host : nil
        return { channel in
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: serverName))
        }
    }

    private func preparedContext() async throws(ExchangeError) -> NIOSSLContext {
        if let context = context.withLock({ $0 }) { return context }
        do {
            // Some 150 certificates are read and parsed, which must not hold up an event loop.
            let made = try await NIOThreadPool.singleton.runIfActive { [trustRoots] in
                try NIOSSLContext(configuration: Self.configuration(trustRoots))
            }
            context.withLock { $0 = made }
            return made
        } catch {
            throw .tlsFailed("the certificate authorities cannot be read: \(error)")
        }
    }

    private static func configuration(_ trustRoots: TrustRoots) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        switch trustRoots {
        case .system: break
        case .pem(let bytes): configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(bytes))
        }
        return configuration
    }
}

extension ExchangeError {
    /// What TLS reported; `nil` for an error of something else.
    static func ofTLS(_ error: any Error) -> ExchangeError? {
        switch error {
        case let error as NIOSSLError:
            switch error {
            // The connection ended without a farewell: no more than an early end.
            case .uncleanShutdown: .malformed("the server closed the connection before its answer was complete")
            case .handshakeFailed(let reason): .tlsFailed("handshake failed: \(reason)")
            default: .tlsFailed("\(error)")
            }
        case let error as NIOSSLExtraError: .tlsFailed("\(error)")
        case let error as BoringSSLError: .tlsFailed("\(error)")
        default: nil
        }
    }
}

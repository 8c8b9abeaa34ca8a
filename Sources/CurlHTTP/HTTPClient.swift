/// An HTTP client over libcurl's multi interface. Placeholder: the event loop is not here yet.
public final class HTTPClient: HTTPTransport {
    /// How the client's connections are made.
    public struct Configuration: Sendable {
        /// Whom to trust as a server.
        public enum TrustRoots: Sendable {
            /// The operating system's certificate authorities.
            case system
            /// Exactly these authorities (PEM, one or more), and no others.
            case pem([UInt8])
            /// No verification at all. Only for kubeconfig's `insecure-skip-tls-verify`.
            case insecure
        }

        /// Certificate and key that the client presents (PEM).
        public struct ClientCertificate: Sendable {
            public var certificateChain: [UInt8]
            public var privateKey: [UInt8]

            public init(certificateChain: [UInt8], privateKey: [UInt8]) {
                self.certificateChain = certificateChain
                self.privateKey = privateKey
            }
        }

        /// Which proxy to use. The environment's proxy variables are never read by default.
        public enum Proxy: Sendable, Hashable {
            case none
            case url(String, noProxy: [String] = [])
        }

        /// Restricts name resolution to one family.
        public enum AddressFamily: Sendable, Hashable {
            case any, ipv4, ipv6
        }

        public var trustRoots: TrustRoots = .system
        public var clientCertificate: ClientCertificate?
        /// Name to present and verify in TLS where it differs from the URL's host (`tls-server-name`).
        public var tlsServerName: String?
        public var proxy: Proxy = .none
        public var addressFamily: AddressFamily = .any
        public var connectTimeout: Duration = .seconds(10)
        /// Connections older than this are not reused.
        public var maximumConnectionAge: Duration = .seconds(300)
        /// Idle connections older than this are not reused.
        public var maximumIdleAge: Duration = .seconds(110)
        /// `User-Agent` where the request has none.
        public var userAgent: String = "esddns"
        /// Largest number of body bytes that may wait for a stream's consumer.
        public var streamBufferBytes: Int = 4 * 1024 * 1024

        public init() {}
    }

    public init(configuration: Configuration = Configuration()) throws(HTTPClientError) {
        throw HTTPClientError(.internalError, "not there yet")
    }

    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        throw HTTPClientError(.internalError, "not there yet")
    }

    public func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "not there yet")
    }

    /// Ends every exchange with ``HTTPClientError/Code/shutDown``, closes all connections and joins the thread. Idempotent.
    public func shutdown() async {}
}

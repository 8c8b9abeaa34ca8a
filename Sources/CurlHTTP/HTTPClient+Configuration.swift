extension HTTPClient {
    /// How the client's connections are made. Read once, by ``HTTPClient/init(configuration:)``.
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

        /// Certificate and key that the client presents (PEM). The key must not be encrypted.
        public struct ClientCertificate: Sendable {
            /// The client's certificate, followed by intermediates where there are any.
            public var certificateChain: [UInt8]
            public var privateKey: [UInt8]

            public init(certificateChain: [UInt8], privateKey: [UInt8]) {
                self.certificateChain = certificateChain
                self.privateKey = privateKey
            }
        }

        /// Which proxy to use. The environment's proxy variables are never read.
        public enum Proxy: Sendable, Hashable {
            case none
            /// `http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h` URL, and the hosts, domains and networks
            /// (CIDR) that are reached without it.
            case url(String, noProxy: [String] = [])
        }

        /// Restricts name resolution to one family.
        public enum AddressFamily: Sendable, Hashable {
            case any, ipv4, ipv6
        }

        public var trustRoots: TrustRoots = .system
        public var clientCertificate: ClientCertificate?
        /// Name to present and verify in TLS where it differs from the URL's host (`tls-server-name`). The connection
        /// goes to the URL's host, and `Host` names it; a proxy's `noProxy` is compared with this name.
        public var tlsServerName: String?
        public var proxy: Proxy = .none
        public var addressFamily: AddressFamily = .any
        /// Time for name resolution, TCP and TLS together. More than zero.
        public var connectTimeout: Duration = .seconds(10)
        /// Connections older than this are not reused. More than zero, rounded up to whole seconds.
        public var maximumConnectionAge: Duration = .seconds(300)
        /// Idle connections older than this are not reused. More than zero, rounded up to whole seconds.
        public var maximumIdleAge: Duration = .seconds(110)
        /// `User-Agent` where the request has none.
        public var userAgent: String = "esddns"
        /// Largest number of body bytes that may wait for a stream's consumer. At least one.
        public var streamBufferBytes: Int = 4 * 1024 * 1024

        /// Stands in for libcurl's built-in directory of trusted authorities, so that a test can put one there.
        var builtInAuthorityDirectory: String?

        public init() {}
    }
}

extension HTTPClient.Configuration {
    /// Refuses what could only fail later, or would silently mean something else to libcurl (a time-out of zero is "none").
    func validate() throws(HTTPClientError) {
        for (name, value) in [
            ("connectTimeout", connectTimeout),
            ("maximumConnectionAge", maximumConnectionAge),
            ("maximumIdleAge", maximumIdleAge),
        ] where value <= .zero {
            throw HTTPClientError(.invalidRequest, "\(name) is \(value); it has to be more than zero")
        }
        guard streamBufferBytes > 0 else {
            throw HTTPClientError(
                .invalidRequest, "streamBufferBytes is \(streamBufferBytes); it has to be more than zero")
        }
        guard userAgent.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw HTTPClientError(.invalidRequest, "userAgent has characters other than printable ASCII")
        }
        if let tlsServerName {
            let allowed = tlsServerName.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard allowed, (1...253).contains(tlsServerName.utf8.count) else {
                throw HTTPClientError(
                    .invalidRequest,
                    "tlsServerName \"\(RequestTarget.bounded(tlsServerName))\" is not a host name or IPv4 address")
            }
        }
        try validateProxy()
        try validateCertificates()
    }

    private func validateProxy() throws(HTTPClientError) {
        guard case .url(let url, let noProxy) = proxy else { return }
        let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
        guard let parts = RequestTarget.Components(url, allowingAnyScheme: true), schemes.contains(parts.scheme) else {
            throw HTTPClientError(
                .invalidRequest,
                "proxy \"\(RedactedURL(url))\" is not a URL with one of the schemes "
                    + schemes.joined(separator: ", "))
        }
        for entry in noProxy where entry.isEmpty || !entry.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x2c })
        {
            throw HTTPClientError(
                .invalidRequest,
                "noProxy entry \"\(RequestTarget.bounded(entry))\" is not a host, a domain or a network")
        }
    }

    private func validateCertificates() throws(HTTPClientError) {
        if case .pem(let bytes) = trustRoots {
            let blocks = try PEM.blocks(in: bytes, called: "the pinned certificate authority")
            guard blocks.contains(where: { $0.isCertificate }) else {
                throw HTTPClientError(
                    .tlsFailed, "the pinned certificate authority holds no PEM block BEGIN CERTIFICATE")
            }
        }
        if let clientCertificate {
            let chain = try PEM.blocks(in: clientCertificate.certificateChain, called: "the client certificate")
            guard chain.contains(where: { $0.isCertificate }) else {
                throw HTTPClientError(.tlsFailed, "the client certificate holds no PEM block BEGIN CERTIFICATE")
            }
            let keys = try PEM.blocks(in: clientCertificate.privateKey, called: "the client key")
            guard let key = keys.first(where: { $0.isPrivateKey }) else {
                throw HTTPClientError(.tlsFailed, "the client key holds no PEM block BEGIN PRIVATE KEY")
            }
            // OpenSSL would ask for the passphrase on the terminal, from the event loop's thread.
            guard !key.isEncrypted else {
                throw HTTPClientError(.tlsFailed, "the client key is encrypted; a key without a passphrase is needed")
            }
        }
    }
}

extension AddressSource {
    /// How a source is asked.
    public enum Transport: String, Hashable, Sendable, CaseIterable {
        case stunUDP = "stun/udp"
        case stunTCP = "stun/tcp"
        case stunTLS = "stun/tls"
        case https
        /// Only in tests and demonstrations: anybody on the way can forge the answer.
        case http
        case dnsUDP = "dns/udp"
        case dnsHTTPS = "dns/https"
        case interface
        case command
        case file
        /// Whatever the program that this library is part of knows from elsewhere.
        case given

        /// The question itself, whatever carries it.
        public var method: Method {
            switch self {
            case .stunUDP, .stunTCP, .stunTLS: .stun
            case .https, .http: .web
            case .dnsUDP, .dnsHTTPS: .dns
            case .interface, .command, .file, .given: .local
            }
        }

        /// Whether the question needs an HTTP client.
        public var needsHTTPClient: Bool {
            switch self {
            case .https, .http, .dnsHTTPS: true
            case .stunUDP, .stunTCP, .stunTLS, .dnsUDP, .interface, .command, .file, .given: false
            }
        }

        /// What is behind the slash: `udp`, `tcp`, `tls`, `https`.
        var carrierName: String { String(rawValue.split(separator: "/").last ?? "") }
    }

    /// What kind of question a source is asked.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// A binding request (RFC 8489).
        case stun
        /// A web page that holds nothing but the address.
        case web
        /// A DNS question whose answer is the asker's address.
        case dns
        /// Nobody is asked: something on this machine says it.
        case local
    }

    /// What carries a binding request.
    public enum STUNCarrier: String, Hashable, Sendable, CaseIterable {
        case udp, tcp, tls

        /// The port where none is stated (RFC 8489 section 18.6).
        public var defaultPort: UInt16 { self == .tls ? 5349 : 3478 }

        /// The transport of a source that is asked so.
        public var transport: Transport {
            switch self {
            case .udp: .stunUDP
            case .tcp: .stunTCP
            case .tls: .stunTLS
            }
        }
    }
}

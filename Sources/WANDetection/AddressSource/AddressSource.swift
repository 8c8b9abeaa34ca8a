public import NetworkPrimitives

/// Somebody who can be asked for our WAN address: who runs it, how it is asked, and where. Data only.
public struct AddressSource: Hashable, Sendable {
    /// Where a source is reached, and what it is asked.
    public enum Endpoint: Hashable, Sendable {
        /// A STUN server.
        case server(HostPort)
        /// A web service that answers with the address alone, or with a trace document of Cloudflare.
        case url(HTTPURL)
        /// A DNS server that answers this question with the asker's address.
        case dns(DNSQuestion, HostPort)
        /// The same by DNS over HTTPS (RFC 8484).
        case dnsURL(DNSQuestion, HTTPURL)
        /// Something on this machine.
        case local(LocalSource)
    }

    /// Who runs the source, in lower case. All sources of one operator have one vote together.
    public let operatorName: String
    public let transport: Transport
    public let endpoint: Endpoint
    /// Whether an answer is known to come from the operator, so that nobody on the way can have made it up. Only such
    /// an answer can move a record.
    public let isAuthenticated: Bool

    /// A STUN server.
    ///
    /// - Parameters:
    ///   - carrier: UDP and TCP authenticate nothing; with TLS the server's certificate is verified.
    ///   - operatorName: `nil` derives it from the host name; see ``Operators/name(of:)``.
    public static func stun(
        _ server: HostPort, over carrier: STUNCarrier = .udp, operatorName: String? = nil
    ) -> AddressSource {
        AddressSource(
            operatorName: operatorName ?? Operators.name(of: server), transport: carrier.transport,
            endpoint: .server(server), isAuthenticated: carrier == .tls)
    }

    /// A web server that answers with the address of whoever asks.
    ///
    /// - Parameters:
    ///   - operatorName: `nil` derives it from the host name; see ``Operators/name(of:)``.
    ///   - trusted: counts a plain `http` source as authenticated. For tests and demonstrations on one machine.
    public static func http(_ url: HTTPURL, operatorName: String? = nil, trusted: Bool = false) -> AddressSource {
        AddressSource(
            operatorName: operatorName ?? Operators.name(of: url.host),
            transport: url.isSecure ? .https : .http, endpoint: .url(url), isAuthenticated: url.isSecure || trusted)
    }

    /// A DNS server that answers `question` with the address of whoever asks; nothing is authenticated.
    ///
    /// - Parameters:
    ///   - question: of type A, AAAA or TXT.
    ///   - operatorName: `nil` derives it from the server; see ``Operators/name(of:)``.
    public static func dns(
        _ question: DNSQuestion, at server: HostPort, operatorName: String? = nil
    ) -> AddressSource {
        AddressSource(
            operatorName: operatorName ?? Operators.name(of: server), transport: .dnsUDP,
            endpoint: .dns(question, server), isAuthenticated: false)
    }

    /// The same over HTTPS. The server has to be the one that knows the answer: a resolver that asks somebody else for it
    /// would be told its own address.
    public static func dns(
        _ question: DNSQuestion, at url: HTTPURL, operatorName: String? = nil
    ) -> AddressSource {
        AddressSource(
            operatorName: operatorName ?? Operators.name(of: url.host), transport: .dnsHTTPS,
            endpoint: .dnsURL(question, url), isAuthenticated: url.isSecure)
    }

    /// Something on this machine, for which whoever configured it vouches: it counts as authenticated.
    public static func local(_ source: LocalSource) -> AddressSource {
        let transport: Transport =
            switch source {
            case .interface: .interface
            case .command: .command
            case .file: .file
            case .given: .given
            }
        return AddressSource(
            operatorName: "local", transport: transport, endpoint: .local(source), isAuthenticated: true)
    }

    private init(operatorName: String, transport: Transport, endpoint: Endpoint, isAuthenticated: Bool) {
        self.operatorName = operatorName.lowercased()
        self.transport = transport
        self.endpoint = endpoint
        self.isAuthenticated = isAuthenticated
    }
}

extension AddressSource {
    /// What is asked, how and where; equal for two sources that differ in nothing but what their operator is called.
    var withoutOperator: AddressSource {
        AddressSource(operatorName: "", transport: transport, endpoint: endpoint, isAuthenticated: isAuthenticated)
    }
}

extension AddressSource: CustomStringConvertible {
    /// In the form in which settings take it, without the operator, and a URL without its query:
    /// `stun.l.google.com:19302/udp`, `https://api.ipify.org`, `whoami.cloudflare/TXT/CH@1.1.1.1:53`.
    public var description: String {
        switch endpoint {
        case .server(let server): "\(server)/\(transport.carrierName)"
        case .url(let url): url.description
        case .dns(let question, let server): "\(Self.text(of: question))@\(server)"
        case .dnsURL(let question, let url): "\(Self.text(of: question))@\(url)"
        case .local(let source): source.description
        }
    }

    private static func text(of question: DNSQuestion) -> String {
        let suffix = question.recordClass == .internet ? "" : "/\(question.recordClass)"
        return "\(question.name)/\(question.type)\(suffix)"
    }
}

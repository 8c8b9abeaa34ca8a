public import NetworkPrimitives

/// Somebody who can be asked for our WAN address: who runs it, how it is asked, and where. Data only.
public struct AddressSource: Hashable, Sendable {
    /// How a source is asked.
    public enum Transport: String, Hashable, Sendable, CaseIterable {
        case stunUDP = "stun/udp"
        case https
        case http
    }

    /// Where a source is reached.
    public enum Endpoint: Hashable, Sendable {
        case server(HostPort)
        case url(HTTPURL)
    }

    /// Who runs the source, in lower case. All sources of one operator have one vote together.
    public let operatorName: String
    public let transport: Transport
    public let endpoint: Endpoint
    /// Whether an answer is known to come from the operator, so that nobody on the way can have made it up. Only such
    /// an answer can move a record.
    public let isAuthenticated: Bool

    /// A STUN server asked over UDP, which authenticates nothing.
    ///
    /// - Parameter operatorName: `nil` derives it from the host name; see ``Operators/name(of:)``.
    public static func stun(_ server: HostPort, operatorName: String? = nil) -> AddressSource {
        AddressSource(
            operatorName: operatorName ?? Operators.name(of: server),
            transport: .stunUDP, endpoint: .server(server), isAuthenticated: false)
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

    private init(operatorName: String, transport: Transport, endpoint: Endpoint, isAuthenticated: Bool) {
        self.operatorName = operatorName.lowercased()
        self.transport = transport
        self.endpoint = endpoint
        self.isAuthenticated = isAuthenticated
    }
}

extension AddressSource: CustomStringConvertible {
    /// `stun.l.google.com:19302/udp`, or the URL without its query.
    public var description: String {
        switch endpoint {
        case .server(let server): "\(server)/udp"
        case .url(let url): url.description
        }
    }
}

import NetworkPrimitives

/// Whose packets are counted: one host by name, whatever it is asked by; at a bare address, each port is one.
///
/// Several sources may be one server: the same question over UDP, TCP and TLS, or at several of its ports.
struct AskedServer: Hashable, Sendable {
    private let name: String

    /// `nil` for what is no server.
    init?(of source: AddressSource) {
        let host: HostPort
        switch source.endpoint {
        case .server(let server), .dns(_, let server): host = server
        case .url(let url), .dnsURL(_, let url): host = url.host
        case .local: return nil
        }
        let isName = IPAddress(host.host) == nil && host.host.contains(".")
        name = isName ? host.host.lowercased() : host.description.lowercased()
    }
}

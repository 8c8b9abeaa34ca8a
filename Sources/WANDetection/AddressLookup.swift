public import CurlHTTP
public import NIOCore
public import NIOPosix
public import NetworkPrimitives

/// Asks one source one question.
///
/// A protocol so that the rounds of ``Detector`` can be run against scripted sources in virtual time.
public protocol AddressLookup: Sendable {
    /// The address that `source` sees.
    ///
    /// Returns in bounded time, and soon after the task is cancelled.
    func address(from source: AddressSource, family: IPAddress.Family) async throws(SourceError) -> IPAddress
}

/// Asks real sources over the network.
public struct NetworkLookup: AddressLookup {
    private let stun: STUNClient
    private let dns: DNSAddressClient
    private let http: HTTPAddressClient?
    private let local: LocalAddressClient

    public init(
        stun: STUNClient, dns: DNSAddressClient, http: HTTPAddressClient?,
        local: LocalAddressClient = LocalAddressClient()
    ) {
        self.local = local
        self.stun = stun
        self.dns = dns
        self.http = http
    }

    /// - Parameters:
    ///   - http: for web sources; it must resolve names to the detected family only, follow no redirects and use no
    ///     proxy. `nil` where none are configured.
    ///   - group: whose event loops do the work over TCP and TLS; asked for when there is some.
    ///   - allowNonGlobal: lets servers at private and loopback addresses be asked. For tests.
    public init(
        http: (any HTTPTransport)?,
        group: @autoclosure @escaping @Sendable () -> any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        allowNonGlobal: Bool = false
    ) {
        self.init(
            stun: STUNClient(group: group(), allowNonGlobal: allowNonGlobal),
            dns: DNSAddressClient(allowNonGlobal: allowNonGlobal),
            http: http.map { HTTPAddressClient(transport: $0) },
            local: LocalAddressClient(allowNonGlobal: allowNonGlobal))
    }

    public func address(
        from source: AddressSource, family: IPAddress.Family
    ) async throws(SourceError) -> IPAddress {
        switch source.endpoint {
        case .server(let server):
            return try await stun.mappedAddress(from: server, over: source.transport.carrier, family: family)
        case .dns(let question, let server):
            return try await dns.address(asking: question, at: server, family: family)
        case .url(let url):
            return try await web(source).address(from: url, family: family)
        case .dnsURL(let question, let url):
            return try await web(source).address(asking: question, at: url, family: family)
        case .local(let source):
            return try await local.address(from: source, family: family)
        }
    }

    private func web(_ source: AddressSource) throws(SourceError) -> HTTPAddressClient {
        guard let http else { throw SourceError(.failed, "no HTTP client was given to ask \(source)") }
        return http
    }
}

extension AddressSource.Transport {
    /// What carries a binding request; only a STUN source has one.
    fileprivate var carrier: AddressSource.STUNCarrier {
        switch self {
        case .stunTCP: .tcp
        case .stunTLS: .tls
        default: .udp
        }
    }
}

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
    private let http: HTTPAddressClient?

    public init(stun: STUNClient, http: HTTPAddressClient?) {
        self.stun = stun
        self.http = http
    }

    /// - Parameters:
    ///   - http: for web sources; it must resolve names to the detected family only, follow no redirects and use no
    ///     proxy. `nil` where none are configured.
    ///   - group: whose event loops do the UDP work.
    ///   - allowNonGlobal: lets servers at private and loopback addresses be asked. For tests.
    public init(
        http: (any HTTPTransport)?,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        allowNonGlobal: Bool = false
    ) {
        self.init(
            stun: STUNClient(group: group, allowNonGlobal: allowNonGlobal),
            http: http.map { HTTPAddressClient(transport: $0) })
    }

    public func address(
        from source: AddressSource, family: IPAddress.Family
    ) async throws(SourceError) -> IPAddress {
        switch source.endpoint {
        case .server(let server):
            return try await stun.mappedAddress(from: server, family: family)
        case .url(let url):
            guard let http else { throw SourceError(.failed, "no HTTP client was given to ask \(url)") }
            return try await http.address(from: url, family: family)
        }
    }
}

public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

/// DuckDNS: https://www.duckdns.org/spec.jsp
///
/// The service cannot be asked what it holds, so the zone's own name servers are. TXT records, of which it has one for each
/// name, are left to those who prove by them that a name is theirs.
public final class DuckDNSProvider: DNSProvider {
    public static let defaultBaseURL = "https://www.duckdns.org"
    /// The one zone that there is.
    public static let defaultApex = RecordName("duckdns.org") ?? .root
    /// DuckDNS names no limits; its own scripts send one request in five minutes for each name.
    public static let limits = [RequestLimit(30, per: .seconds(300))]

    public let name = "duckdns"
    /// The service gives its records 60 s.
    public let ttlPolicy = TTLPolicy(initial: 60, isChosenByService: true)

    private let http: ProviderHTTP
    private let token: SecretSource
    private let baseURL: String
    private let apex: RecordName
    private let records: AcknowledgedRecords

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - apex: the zone of all names.
    ///   - lookup: asks the zone's own name servers.
    ///   - uptime: a clock that never goes backwards.
    public init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String = DuckDNSProvider.defaultBaseURL,
        apex: RecordName = DuckDNSProvider.defaultApex, lookup: AuthoritativeClient,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        http = ProviderHTTP(
            transport: transport, title: "DuckDNS", refusalAdvice: Self.advice,
            budget: RequestBudget(Self.limits, uptime: uptime))
        self.token = token
        self.baseURL = baseURL
        self.apex = apex
        records = AcknowledgedRecords(title: "DuckDNS", lookup: lookup, uptime: uptime)
    }

    private static let advice =
        "sign in at duckdns.org, and check the token and that the account has the name"

    public func secretRevision() -> SecretRevision { SecretRevision(token) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        _ = try label(of: name)
        return apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        _ = try label(of: name)
        guard type != .txt else { throw ProviderError(.permanent, "DuckDNS has no room for marks of ownership") }
        return try await records.read(name, type)
    }

    /// `clear`, which deletes, is never sent; nor is a request without an address, which would make the service choose one.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let label = try label(of: desired.name)
        guard let address = desired.addresses.first, desired.values.count == 1 else {
            throw ProviderError(
                .permanent, "DuckDNS holds one address of each family, which \(desired) is not; name one address")
        }
        try records.mayBeSent(desired)
        let secret = token.current()
        let parameter = address.family == .ipv4 ? "ip" : "ipv6"
        let request = HTTPClientRequest(
            url: "\(baseURL)/update?domains=\(label.percentEncoded)&token=\(secret.exposed.percentEncoded)"
                + "&\(parameter)=\(address.description.percentEncoded)&verbose=true",
            headers: [.accept: "text/plain"])
        let response = try await http.send(
            request, isWrite: true, secrets: [secret, SecretValue(secret.exposed.percentEncoded)])
        switch Answer(response.body) {
        case .accepted(let addresses, let wasChange):
            let ofFamily = addresses.filter { $0.family == address.family }
            guard ofFamily.isEmpty || ofFamily.contains(address) else {
                throw ProviderError(
                    .permanent, "DuckDNS has \(ofFamily[0]) for \(desired.name) now, although \(address) was sent")
            }
            records.acknowledge(desired, wasChange: wasChange)
        case .refused:
            throw ProviderError(.refused, "DuckDNS answered KO for \(desired.name); \(Self.advice)")
        case .other:
            throw ProviderError(.uncertain, "DuckDNS answered something unexpected for \(desired.name)")
        }
    }

    /// What an answer says.
    enum Answer: Hashable {
        case accepted([IPAddress], wasChange: Bool)
        case refused
        case other

        /// - Parameter body: `OK`, then with `verbose` both addresses and `UPDATED` or `NOCHANGE`, a line each; or `KO`.
        init(_ body: [UInt8]) {
            let lines = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            switch lines.first {
            case "OK":
                self = .accepted(lines.compactMap { IPAddress(String($0)) }, wasChange: lines.last != "NOCHANGE")
            case "KO": self = .refused
            default: self = .other
            }
        }
    }

    /// The part of a name that the service knows it by.
    private func label(of name: RecordName) throws(ProviderError) -> String {
        guard let labels = name.labels(below: apex) else {
            throw ProviderError(.permanent, "\(name) is not a name of DuckDNS; expected NAME.\(apex)", cause: .zone)
        }
        guard labels.count == 1, !name.isWildcard, let text = name.lowercased.text(relativeTo: apex) else {
            let own = labels.last.map { "\(String(decoding: $0, as: UTF8.self)).\(apex)" } ?? "NAME.\(apex)"
            throw ProviderError(
                .permanent,
                "DuckDNS has no record of its own for \(name): all names below \(own) have its addresses; use \(own)")
        }
        return text
    }
}

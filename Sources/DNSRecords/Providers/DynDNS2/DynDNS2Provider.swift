public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A service with the protocol of Dyn, which No-IP and many others have: https://help.dyn.com/remote-access-api/perform-update/
///
/// The service cannot be asked what it holds, so the zone's own name servers are. It blocks those who send again what it has
/// or go on after an error, so neither is done: see ``AcknowledgedRecords`` and ``UpdateStops``.
public final class DynDNS2Provider: DNSProvider {
    /// Dyn asks for no more than one update of a host in ten minutes unless its address changes.
    public static let limits = [RequestLimit(30, per: .seconds(600))]

    public let name = "dyndns2"
    /// Most services give such records 60 s.
    public let ttlPolicy = TTLPolicy(initial: 60, isChosenByService: true)

    private let http: ProviderHTTP
    private let updateURL: String
    private let username: String
    private let password: SecretSource
    private let userAgent: String
    private let sendsBothFamilies: Bool
    private let configuredZone: RecordName?
    private let lookup: AuthoritativeClient
    private let records: AcknowledgedRecords
    private let stops: UpdateStops

    /// - Parameters:
    ///   - updateURL: with the path, such as `https://dynupdate.no-ip.com/nic/update`.
    ///   - username: without a colon.
    ///   - contact: an e-mail address for the `User-Agent`.
    ///   - sendsBothFamilies: whether an update carries the other family's address as well, as the name servers have it.
    ///   - zone: the zone of the names; found by asking the resolvers if `nil`.
    ///   - lookup: asks the zone's own name servers.
    ///   - uptime: a clock that never goes backwards.
    public init(
        transport: any HTTPTransport, updateURL: String, username: String, password: SecretSource,
        contact: String? = nil, sendsBothFamilies: Bool = false, zone: RecordName? = nil, lookup: AuthoritativeClient,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        http = ProviderHTTP(
            transport: transport, title: "the dyndns2 service", refusalAdvice: "check the user name and the password",
            budget: RequestBudget(Self.limits, uptime: uptime))
        self.updateURL = updateURL
        self.username = username
        self.password = password
        userAgent = "esddns updater/1" + (contact.map { " \($0)" } ?? "")
        self.sendsBothFamilies = sendsBothFamilies
        configuredZone = zone
        self.lookup = lookup
        records = AcknowledgedRecords(title: "the dyndns2 service", lookup: lookup, uptime: uptime)
        stops = UpdateStops(uptime: uptime)
    }

    public func secretRevision() -> SecretRevision { SecretRevision(password) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try check(name)
        if let configuredZone { return configuredZone }
        do throws(LookupFailure) {
            return try await lookup.zone(of: name).apex
        } catch {
            throw ProviderError(.temporary, error.message)
        }
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        try check(name)
        guard type != .txt else {
            throw ProviderError(.permanent, "the dyndns2 protocol has no room for marks of ownership")
        }
        return try await records.read(name, type)
    }

    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        try check(desired.name)
        guard let address = desired.addresses.first, desired.values.count == 1 else {
            throw ProviderError(
                .permanent,
                "the dyndns2 protocol has one address of each family for a host, which \(desired) is not; name one address"
            )
        }
        try records.mayBeSent(desired)
        let secret = password.current()
        let credentials = SecretValue(Data("\(username):\(secret.exposed)".utf8).base64EncodedString())
        try stops.check(desired.name, credentials: credentials)
        let sent = try await addressesToSend(address, desired)
        let request = HTTPClientRequest(
            url: "\(updateURL)?hostname=\(desired.name.lowercased.description.percentEncoded)"
                + "&myip=\(sent.map { $0.description.percentEncoded }.joined(separator: ","))",
            headers: [
                .accept: "text/plain", .authorization: "Basic \(credentials.exposed)", .userAgent: userAgent,
            ])
        let secrets = [secret, credentials]
        let response = try await http.send(request, accepting: Set(300..<600), isWrite: true, secrets: secrets)
        let answer = DynDNS2Answer(response.body)
        let said = "the dyndns2 service answered \(answer.word) for \(desired.name)"
        func stop(_ kind: ProviderError.Kind, _ message: String) -> ProviderError {
            let error = ProviderError(kind, message)
            stops.note(error, desired.name, credentials: credentials)
            return error
        }
        switch answer.meaning {
        case .accepted(let wasChange):
            let ofFamily = answer.addresses.filter { $0.family == address.family }
            if ofFamily == [.v4(IPv4Address(127, 0, 0, 1))], !ofFamily.contains(address) {
                throw stop(
                    .permanent, "\(said) 127.0.0.1, which means that it does not accept this program; set a contact")
            }
            guard ofFamily.isEmpty || ofFamily.contains(address) else {
                throw stop(.permanent, "\(said) \(ofFamily[0]), although \(address) was sent")
            }
            records.acknowledge(desired, wasChange: wasChange)
        case .stop(let kind, let advice): throw stop(kind, "\(said): \(advice)")
        case .wait:
            stops.pause(for: DynDNS2Answer.trouble)
            throw ProviderError(.limited(retryAfter: DynDNS2Answer.trouble), "\(said): it has trouble of its own")
        case .unknown:
            do throws(ProviderError) {
                // A status code without one of the protocol's words, such as a proxy's.
                try http.check(response, to: request.method, isWrite: true, secrets: secrets)
            } catch {
                if error.kind == .refused { stops.note(error, desired.name, credentials: credentials) }
                if case .limited(let wait) = error.kind { stops.pause(for: wait) }
                throw error
            }
            throw ProviderError(
                .uncertain, "the dyndns2 service answered something unexpected for \(desired.name); check the server")
        }
    }

    /// The address, and where the service wants both the other family's as well, IPv4 first.
    private func addressesToSend(_ address: IPAddress, _ desired: RecordSet) async throws(ProviderError) -> [IPAddress]
    {
        guard sendsBothFamilies else { return [address] }
        switch await lookup.observe(desired.name, desired.type == .a ? .aaaa : .a) {
        case .present(let other): return ([address] + other.addresses.prefix(1)).sorted()
        case .absent: return [address]
        case .alias, .unknown:
            throw ProviderError(
                .temporary, "the other address of \(desired.name), which has to be sent along, could not be looked up")
        }
    }

    private func check(_ name: RecordName) throws(ProviderError) {
        guard let configuredZone, !name.isWithin(configuredZone) else { return }
        throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)", cause: .zone)
    }
}

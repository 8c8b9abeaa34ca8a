public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

/// Azure DNS, through Azure Resource Manager: https://learn.microsoft.com/rest/api/dns/
public final class AzureProvider: DNSProvider {
    /// Which of Azure's two services has the zone.
    public enum ZoneKind: String, Sendable, CaseIterable {
        case publicZone = "public"
        case privateZone = "private"

        var resourceType: String { self == .publicZone ? "dnsZones" : "privateDnsZones" }
        var apiVersion: String { self == .publicZone ? "2018-05-01" : "2020-06-01" }
        var role: String { self == .publicZone ? "DNS Zone Contributor" : "Private DNS Zone Contributor" }
    }

    public static let defaultBaseURL = "https://management.azure.com"
    public static let defaultAuthorityURL = "https://login.microsoftonline.com"
    /// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#network-throttling
    public static let limits = [RequestLimit(500, per: .seconds(300))]

    public let name = "azure"
    public let ttlPolicy: TTLPolicy

    private let api: TokenAuthorizedHTTP
    private let finder: ZoneFinder<AzureZone>
    private let list: AzureZones
    private let kind: ZoneKind
    private let baseURL: String
    private let subscription: String
    private let resourceGroup: String?
    private let hasConfiguredZone: Bool
    private let versions = AzureVersions()

    /// - Parameters:
    ///   - subscription: the ID of the subscription that has the zone.
    ///   - resourceGroup: the one that has the zone; all of the subscription are searched if `nil`.
    ///   - baseURL: where Azure Resource Manager is, without a slash at its end.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for the lifetimes of tokens and for keeping within ``limits``.
    public init(
        transport: any HTTPTransport, credential: Credential, subscription: String, resourceGroup: String? = nil,
        kind: ZoneKind = .publicZone, baseURL: String = AzureProvider.defaultBaseURL, zone: RecordName? = nil,
        configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        let http = ProviderHTTP(
            transport: transport, title: "Azure DNS",
            refusalAdvice: "grant the identity the role \(kind.role) on the zone or its resource group",
            budget: RequestBudget(Self.limits, uptime: uptime), dialect: AzureError.dialect)
        let tokens = AccessTokenCache(uptime: uptime, secretRevision: { credential.secretRevision }) {
            () async throws(ProviderError) in
            try await credential.token(for: baseURL, transport)
        }
        api = TokenAuthorizedHTTP(http: http, tokens: tokens)
        // A private zone may be a top-level domain of somebody's own.
        finder = ZoneFinder(title: "Azure DNS", configured: zone, shortest: kind == .privateZone ? 1 : 2)
        list = AzureZones(uptime: uptime)
        ttlPolicy = TTLPolicy(configured: configuredTTL)
        self.kind = kind
        self.baseURL = baseURL
        self.subscription = subscription
        self.resourceGroup = resourceGroup
        hasConfiguredZone = zone != nil
    }

    public func secretRevision() -> SecretRevision { api.tokens.secretRevision() }

    public func forgetTokens() { api.tokens.forget() }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await azureZone(for: name).apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let zone = try await azureZone(for: name)
        guard let found = try await get(name, type.rawValue, in: zone) else {
            // Only where there is no such set can there be a CNAME, and never at the apex.
            if name != zone.apex, try await get(name, "CNAME", in: zone) != nil {
                throw ProviderError(
                    .permanent, "\(name) is an alias at Azure DNS (CNAME); remove it, or choose another name")
            }
            return nil
        }
        if let target = found.aliasTarget {
            throw ProviderError(
                .permanent,
                "\(name) \(type) is an alias record set at Azure DNS, which is never overwritten (it points to "
                    + "\(target.prefix(120))); remove it, or choose another name")
        }
        guard found.properties.isAutoRegistered != true else {
            throw ProviderError(
                .permanent, "\(name) \(type) is registered by Azure itself for a machine; choose another name")
        }
        let set = try api.http.recordSet(
            name, type, presentations: found.presentations(type), ttl: found.properties.ttl)
        guard let etag = found.etag else {
            throw ProviderError(.temporary, "Azure DNS answered without an etag to GET of \(name) \(type)")
        }
        versions.remember(.init(set: set, etag: etag, metadata: found.properties.metadata))
        return set
    }

    /// Azure refuses to write over anything else than what was read, and to create what exists by now.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await azureZone(for: desired.name)
        var request = HTTPClientRequest(method: .put, url: try url(desired.name, desired.type.rawValue, in: zone))
        request.headers = [.accept: "application/json", .contentType: "application/json"]
        var metadata: [String: String]?
        if let current {
            let version = try await version(of: current)
            request.headers[.ifMatch] = version.etag
            metadata = version.metadata
        } else {
            request.headers[.ifNoneMatch] = "*"
        }
        let body = AzureRecordSet(
            desired, ttl: ttlPolicy.ttl(for: desired, replacing: current), metadata: metadata)
        request.body = try encode(body)
        let response = try await api.send(request, accepting: [404], isWrite: true)
        guard response.status.code != 404 else { throw missing(zone.apex, for: desired.name) }
    }

    /// What Azure needs to know about the set that is replaced.
    private func version(of current: RecordSet) async throws(ProviderError) -> AzureVersions.Version {
        if let version = versions.take(current) { return version }
        guard try await read(current.name, current.type) == current, let version = versions.take(current) else {
            throw ProviderError(.conflict, "\(current.name) \(current.type) was changed by somebody else")
        }
        return version
    }

    private func get(
        _ name: RecordName, _ type: String, in zone: ZoneFinder<AzureZone>.Found
    ) async throws(ProviderError) -> AzureRecordSet? {
        let request = HTTPClientRequest(url: try url(name, type, in: zone), headers: [.accept: "application/json"])
        let response = try await api.send(request, accepting: [404], isWrite: false)
        guard response.status.code == 404 else {
            return try api.http.decode(AzureRecordSet.self, from: response, of: "GET of \(name) \(type)")
        }
        guard !AzureError.meansThatTheZoneIsMissing(response) else { throw missing(zone.apex, for: name) }
        return nil
    }

    private func missing(_ zone: RecordName, for name: RecordName) -> ProviderError {
        finder.forget(name)
        list.forget()
        return ProviderError(.permanent, "Azure DNS does not have the zone \(zone) any more (404)", cause: .zone)
    }

    private func encode(_ set: AzureRecordSet) throws(ProviderError) -> [UInt8] {
        guard let key = AzureRecordSet.Properties.zoneKindKey else { return try api.http.encode(set) }
        return try api.http.encode(set, userInfo: [key: kind])
    }

    // MARK: Zones

    private func azureZone(for name: RecordName) async throws(ProviderError) -> ZoneFinder<AzureZone>.Found {
        var listed: [AzureZone]?
        return try await finder.find(name) { candidate throws(ProviderError) in
            // Whoever may only see one zone cannot list them.
            if hasConfiguredZone, let resourceGroup { return try await zone(candidate, in: resourceGroup) }
            let zones: [AzureZone]
            if let listed {
                zones = listed
            } else {
                zones = try await list.zones(
                    for: name, firstPage: collection + "?api-version=\(kind.apiVersion)", within: baseURL
                ) { url throws(ProviderError) in
                    let request = HTTPClientRequest(url: url, headers: [.accept: "application/json"])
                    let response = try await api.send(request, isWrite: false)
                    return try api.http.decode(AzureZonePage.self, from: response, of: "GET of the zones")
                }
                listed = zones
            }
            let matches = zones.filter { $0.apex == candidate }
            guard matches.count <= 1 else {
                let groups = matches.compactMap(\.resourceGroup).sorted().joined(separator: ", ")
                throw ProviderError(
                    .permanent,
                    "Azure DNS has several zones for \(candidate) in this subscription, in the resource groups \(groups); set "
                        + "AZURE_RESOURCE_GROUP to one of them", cause: .zone)
            }
            return matches.first
        }
    }

    private func zone(_ apex: RecordName, in resourceGroup: String) async throws(ProviderError) -> AzureZone? {
        let url = "\(collection)/\(apex.lowercased.description.percentEncoded)?api-version=\(kind.apiVersion)"
        let request = HTTPClientRequest(url: url, headers: [.accept: "application/json"])
        let response = try await api.send(request, accepting: [404], isWrite: false)
        guard response.status.code != 404 else { return nil }
        return try api.http.decode(AzureZone.self, from: response, of: "GET of the zone \(apex)")
    }

    /// Where zones are: those of the resource group, or of the whole subscription.
    private var collection: String {
        let group = resourceGroup.map { "/resourceGroups/\($0.percentEncoded)" } ?? ""
        return "\(baseURL)/subscriptions/\(subscription.percentEncoded)\(group)/providers/Microsoft.Network/"
            + kind.resourceType
    }

    private func url(
        _ name: RecordName, _ type: String, in zone: ZoneFinder<AzureZone>.Found
    ) throws(ProviderError) -> String {
        guard let group = zone.zone.resourceGroup else {
            throw ProviderError(.temporary, "Azure DNS has the zone \(zone.apex) in no resource group")
        }
        let relative = (name.lowercased.text(relativeTo: zone.apex) ?? "@").percentEncoded
        return "\(baseURL)/subscriptions/\(subscription.percentEncoded)/resourceGroups/\(group.percentEncoded)"
            + "/providers/Microsoft.Network/\(kind.resourceType)/\(zone.apex.description.percentEncoded)/\(type)/\(relative)"
            + "?api-version=\(kind.apiVersion)"
    }
}

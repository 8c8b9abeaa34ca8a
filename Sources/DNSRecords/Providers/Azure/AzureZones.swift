import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization

/// A zone of Azure DNS. https://learn.microsoft.com/rest/api/dns/zones/list
struct AzureZone: Decodable, Hashable, Sendable {
    /// `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/dnszones/…`
    var id: String
    var name: String

    var apex: RecordName? { RecordName(name) }

    /// What stands behind `resourceGroups` in the identifier, whose case is anybody's guess.
    var resourceGroup: String? {
        let parts = id.split(separator: "/")
        guard let index = parts.firstIndex(where: { $0.lowercased() == "resourcegroups" }), index + 1 < parts.count
        else { return nil }
        return String(parts[index + 1])
    }
}

/// The zones of a subscription or of a resource group, listed once for all names.
final class AzureZones: Sendable {
    private struct List {
        var zones: [AzureZone]
        var time: Duration
    }

    /// A name that no listed zone is for makes the list be read again, but not more often than this.
    private static let shortestListAge = Duration.seconds(60)
    private static let maximumPages = 100

    private let uptime: @Sendable () -> Duration
    private let list = Mutex<List?>(nil)

    init(uptime: @escaping @Sendable () -> Duration) { self.uptime = uptime }

    /// The zones for the name or an ancestor of it.
    ///
    /// - Parameter fetch: gets what is at a URL: a page of the list.
    func zones(
        for name: RecordName, firstPage: String, within baseURL: String,
        _ fetch: (String) async throws(ProviderError) -> AzureZonePage
    ) async throws(ProviderError) -> [AzureZone] {
        func fitting(_ zones: [AzureZone]) -> [AzureZone] {
            zones.filter { $0.apex.map(name.isWithin) ?? false }
        }
        let now = uptime()
        if let known = list.withLock({ $0 }) {
            let zones = fitting(known.zones)
            if !zones.isEmpty || now - known.time < Self.shortestListAge { return zones }
        }
        var all: [AzureZone] = []
        var next: String? = firstPage
        var pages = 0
        while let url = next {
            pages += 1
            guard pages <= Self.maximumPages else {
                throw ProviderError(
                    .temporary, "Azure DNS has more than \(Self.maximumPages) pages of zones, which cannot be right")
            }
            let page = try await fetch(url)
            all += page.value
            next = page.nextLink.flatMap { $0.isEmpty ? nil : $0 }
            // The token goes along, so that the link must not lead to anybody else.
            if let next, !next.hasPrefix(baseURL + "/") {
                throw ProviderError(.temporary, "Azure DNS continues its list of zones at another server")
            }
        }
        let read = List(zones: all, time: now)
        list.withLock { $0 = read }
        return fitting(all)
    }

    /// After a zone turned out not to be there any more.
    func forget() { list.withLock { $0 = nil } }
}

/// One page of the list of zones.
struct AzureZonePage: Decodable {
    var value: [AzureZone]
    var nextLink: String?
}

import CurlHTTP
import HTTPTypes
import NetworkPrimitives

/// A zone of Cloud DNS. https://cloud.google.com/dns/docs/reference/rest/v1/managedZones
struct GoogleManagedZone: Decodable {
    /// Something whose content does not matter here.
    struct Present: Decodable {}

    /// What the API knows it by.
    var name: String
    var dnsName: String
    var visibility: GoogleProvider.Visibility?
    var forwardingConfig: Present?
    var peeringConfig: Present?

    var apex: RecordName? { RecordName(dnsName) }
    /// A zone that forwards, or shows another's records, has none of its own.
    var holdsRecords: Bool { forwardingConfig == nil && peeringConfig == nil }
}

extension GoogleProvider {
    /// The managed zone of a name, and the name at its top.
    func managedZone(for name: RecordName) async throws(ProviderError) -> ZoneFinder<String>.Found {
        // One managed zone that the user names is asked for once, however many suffixes the name has.
        var named: GoogleManagedZone?
        return try await zones.find(name) { candidate throws(ProviderError) in
            guard let wanted = managedZoneName else { return try await managedZone(at: candidate) }
            if named == nil { named = try await managedZone(named: wanted) }
            return named?.apex == candidate ? named?.name : nil
        }
    }

    private func managedZone(named wanted: String) async throws(ProviderError) -> GoogleManagedZone {
        let project = try await project()
        let response = try await get("/projects/\(project)/managedZones/\(wanted.percentEncoded)", accepting: [404])
        guard response.status.code != 404 else {
            throw ProviderError(
                .permanent,
                "Google Cloud DNS has no managed zone \(wanted) in the project \(project); check both names",
                cause: .zone)
        }
        return try api.http.decode(GoogleManagedZone.self, from: response, of: "GET of the zone \(wanted)")
    }

    /// The name of the managed zone for exactly that domain; `nil` where there is none.
    private func managedZone(at apex: RecordName) async throws(ProviderError) -> String? {
        struct Page: Decodable {
            var kind: String
            var managedZones: [GoogleManagedZone]?
            var nextPageToken: String?
        }
        let project = try await project()
        let path = "/projects/\(project)/managedZones?dnsName=\(apex.lowercased.absoluteText.percentEncoded)"
        var found: [GoogleManagedZone] = []
        try await followPages(path, "the zones") { response throws(ProviderError) in
            let page = try api.http.decode(Page.self, from: response, of: "GET of the zones")
            found += page.managedZones ?? []
            return page.nextPageToken
        }
        let matches = found.filter {
            $0.apex == apex && $0.holdsRecords && ($0.visibility ?? .publicZone) == visibility
        }
        guard matches.count <= 1 else {
            let names = matches.map(\.name).sorted().joined(separator: ", ")
            throw ProviderError(
                .permanent,
                "Google Cloud DNS has several \(visibility.rawValue) zones for \(apex) in the project \(project): \(names); set "
                    + "GOOGLE_MANAGED_ZONE to one of them", cause: .zone)
        }
        return matches.first?.name
    }
}

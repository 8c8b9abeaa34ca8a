import CurlHTTP
import NetworkPrimitives
import WANDetection

/// What finds the addresses: one HTTP client and one detector for each family, since nothing that is said over one family
/// is about the other.
struct DetectionParts {
    private(set) var detectors: [IPAddress.Family: any AddressDetecting] = [:]
    /// Lists of further STUN servers, to be kept loaded by whoever detects all the time.
    private(set) var directories: [HostListDirectory] = []
    private var clients: [HTTPClient] = []

    /// - Parameter make: puts a detector together for the settings of one family.
    init(
        _ settings: DetectionSettings, parts: ProcessParts,
        make: (DetectionSettings, HTTPClient, HostListDirectory?) throws -> any AddressDetecting
    ) throws {
        for family in settings.families {
            let client = try parts.makeSourceClient(family)
            clients.append(client)
            let own = settings.of(family)
            let directory = own.makeDirectory(http: client, logger: parts.makeLogger("detector"))
            if let directory { directories.append(directory) }
            detectors[family] = try make(own, client, directory)
        }
    }

    /// Where there is nothing to find.
    init() {}

    var services: [HostListService] { directories.map(HostListService.init) }

    func shutdown() async {
        for client in clients { await client.shutdown() }
    }
}

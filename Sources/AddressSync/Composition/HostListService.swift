import CurlHTTP
import Logging
import ServiceLifecycle
import WANDetection

/// Keeps the lists of STUN servers loaded for as long as the process runs.
struct HostListService: Service {
    let directory: HostListDirectory

    func run() async throws {
        await cancelWhenGracefulShutdown { await directory.run() }
    }
}

extension DetectionSettings {
    /// The lists of STUN servers; `nil` where the settings name none.
    func makeDirectory(http: any HTTPTransport, logger: Logger) -> HostListDirectory? {
        guard !stunLists.isEmpty else { return nil }
        return HostListDirectory(
            lists: stunLists, loader: HostListLoader(transport: http, allowNonGlobal: quorum.allowNonGlobal),
            logger: logger)
    }
}

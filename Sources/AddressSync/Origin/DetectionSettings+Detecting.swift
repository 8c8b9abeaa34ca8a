import CurlHTTP
import Logging
import OperatorCore
import WANDetection

extension DetectionSettings {
    /// What finds the address in a leader, or in a process that stands alone.
    ///
    /// - Parameters:
    ///   - api: for the address of a Service; settings without a cluster have refused one.
    ///   - spacing: shortest time between two questions to one server.
    ///   - directory: lists of further STUN servers, kept by whoever calls.
    func makeDetecting(
        http: any HTTPTransport, api: (any KubernetesAPI)?, spacing: Duration, directory: HostListDirectory? = nil,
        logger: Logger
    ) throws -> any AddressDetecting {
        if case .service(let reference) = origin, let api {
            return ServiceDetector(reference, api: api, settings: quorum)
        }
        return try Detector(
            sources: sources, directory: directory, fallback: fallback, settings: quorum, spacing: spacing, http: http,
            logger: logger)
    }

    /// What finds the address on a node whose leader is silent.
    ///
    /// Every node sees the same Service, and the same address from outside. But each has interfaces of its own, so one that
    /// is not the leader's has no say then. Nodes start with different servers, so that a whole cluster does not ask one of
    /// them at once.
    func makeOwnDetecting(
        http: any HTTPTransport, api: any KubernetesAPI, spacing: Duration, node: String,
        directory: HostListDirectory? = nil,
        logger: Logger
    ) throws -> any AddressDetecting {
        if case .local(.interface) = origin, let source = sources.first {
            return HeldAddress(
                why: "the address is that of the leader's node, which this node cannot know", source: source)
        }
        var own = self
        if case .interface = fallback { own.fallback = nil }
        own.sources = ownSources(node: node)
        return try own.makeDetecting(http: http, api: api, spacing: spacing, directory: directory, logger: logger)
    }

    /// The sources in an order that differs from node to node.
    func ownSources(node: String) -> [AddressSource] {
        let offset = Int(SpreadDelay.hash(node) % 1024)
        return Self.rotated(sources.filter { $0.transport.method == .stun }, by: offset)
            + Self.rotated(sources.filter { $0.transport.method != .stun }, by: offset)
    }

    private static func rotated(_ sources: [AddressSource], by offset: Int) -> [AddressSource] {
        guard !sources.isEmpty else { return [] }
        let start = offset % sources.count
        return Array(sources[start...] + sources[..<start])
    }
}

extension PublishingSettings {
    /// Shortest time between two questions to one server: a probe's interval, but never so long that an outage would be
    /// waited out for longer than a minute.
    var spacing: Duration { min(probeInterval, .seconds(60)) }

    /// The rhythm of a node that detects by itself: there may be hundreds of them, none knows of the others, and the address
    /// has to be right rather than new.
    var ofOwnDetection: PublishingSettings {
        var own = self
        own.probeInterval = probeInterval * 6
        return own
    }
}

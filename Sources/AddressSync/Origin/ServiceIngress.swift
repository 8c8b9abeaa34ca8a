import NetworkPrimitives
import OperatorCore
import WANDetection

/// Where a Service is reached from outside, as its status says.
enum ServiceIngress {
    /// One entry of the status.
    enum Point: Hashable, Sendable {
        case address(IPAddress)
        case hostname(String)
    }

    /// The points at which `service` is reached, without duplicates, in the order of the status.
    ///
    /// - Throws: why there are none, in words that help whoever set it up.
    static func points(of service: KubernetesService?, named reference: ServiceReference) throws(SourceError) -> [Point]
    {
        guard let service else { throw SourceError(.unreachable, "the Service \(reference) does not exist") }
        let type = service.serviceType ?? "ClusterIP"
        guard type == "LoadBalancer" else {
            throw SourceError(
                .invalidAnswer, "the Service \(reference) is of type \(type); expected LoadBalancer")
        }
        var points: [Point] = []
        for entry in service.loadBalancerIngress {
            let point: Point
            if let text = entry.ip, !text.isEmpty {
                guard let address = IPAddress(text) else {
                    throw SourceError(
                        .invalidAnswer, "the Service \(reference) has the address \"\(text.prefix(60))\", which is none"
                    )
                }
                point = .address(address)
            } else if let text = entry.hostname, !text.isEmpty {
                guard let name = try? DomainName(parsing: text) else {
                    throw SourceError(
                        .invalidAnswer,
                        "the Service \(reference) has the host name \"\(text.prefix(60))\", which is none")
                }
                point = .hostname(name.description)
            } else {
                continue
            }
            if !points.contains(point) { points.append(point) }
        }
        guard !points.isEmpty else {
            throw SourceError(
                .unreachable,
                "the Service \(reference) has no address yet (status.loadBalancer.ingress is empty); is there a load "
                    + "balancer controller in the cluster?")
        }
        return points
    }

    /// Out of the addresses at which a Service is reached, the one to publish: the one that is published already, while it
    /// is among them, otherwise the lowest, so that everybody chooses the same.
    static func choose(
        from addresses: Set<IPAddress>, published: Set<IPAddress>, family: IPAddress.Family, allowNonGlobal: Bool,
        of reference: ServiceReference
    ) throws(SourceError) -> (chosen: IPAddress, all: [IPAddress]) {
        let fitting = addresses.filter { $0.family == family }.sorted()
        let all = fitting.filter { allowNonGlobal || SpecialPurposeRegistry.isPublishable($0) }
        if let kept = all.first(where: published.contains) { return (kept, all) }
        if let first = all.first { return (first, all) }
        if let inner = fitting.first, let objection = SpecialPurposeRegistry.objection(to: inner) {
            throw SourceError(.notPublishable, "the Service \(reference) is not reached from outside: \(objection)")
        }
        throw SourceError(
            .wrongFamily,
            "the Service \(reference) has no \(family == .ipv4 ? "IPv4" : "IPv6") address, but "
                + addresses.sorted().map(\.description).joined(separator: ", "))
    }
}

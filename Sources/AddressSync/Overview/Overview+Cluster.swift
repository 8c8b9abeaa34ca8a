import NetworkPrimitives
public import OperatorCore
import StatusServer

extension Overview {
    /// Names of the objects to look at.
    public struct Objects: Sendable, Hashable {
        public var namespace: String
        public var lease: String
        /// Of IPv4; that of IPv6 is called after it.
        public var addressConfigMap: String
        public var recordsConfigMap: String

        /// - Parameter settings: the names that settings say, or their defaults.
        public init(_ settings: ClusterSettings, namespace: String) {
            self.namespace = namespace
            lease = settings.leaseName
            addressConfigMap = settings.addressConfigMap
            recordsConfigMap = settings.recordsConfigMap
        }
    }

    /// Why there is nothing to show.
    public struct Unavailable: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String
        /// Of sysexits.h.
        public let exitCode: Int32
    }

    /// Reads the Lease and the ConfigMaps of a cluster; needs `get` on these, and nothing else.
    ///
    /// What is missing or not permitted is listed in ``problems``, and the rest is shown.
    ///
    /// - Parameter patience: how long the Lease may be watched to find out whether it is being renewed; `nil`: as long as it
    ///   is good for, which a live leader makes short.
    /// - Throws: ``Unavailable`` where nothing can be shown at all.
    public static func read(
        _ objects: Objects, from api: some KubernetesAPI, patience: Duration? = nil,
        clock: some Clock<Duration> = ContinuousClock()
    ) async throws(Unavailable) -> Overview {
        async let lease = result { () throws(KubernetesError) in
            try await api.observeLease(
                objects.lease, namespace: objects.namespace, patience: patience, timeout: timeout, clock: clock)
        }
        async let ipv4 = map(objects.addressConfigMap, objects, api)
        async let ipv6 = map(objects.addressConfigMap + "-ipv6", objects, api)
        async let records = map(objects.recordsConfigMap, objects, api)
        var reading = ClusterReading(objects)
        reading.take(await ipv4, as: .ipv4)
        reading.take(await ipv6, as: .ipv6)
        reading.take(records: await records)
        reading.take(lease: await lease)
        return try reading.finish()
    }

    private static let timeout = Duration.seconds(10)

    private static func map(
        _ name: String, _ objects: Objects, _ api: some KubernetesAPI
    ) async -> Result<ConfigMap, KubernetesError> {
        await result { () throws(KubernetesError) in
            try await api.get(ConfigMap.self, name: name, namespace: objects.namespace, timeout: timeout)
        }
    }

    private static func result<Value: Sendable>(
        _ body: () async throws(KubernetesError) -> Value
    ) async -> Result<Value, KubernetesError> {
        do throws(KubernetesError) { return .success(try await body()) } catch { return .failure(error) }
    }
}

/// Puts together what was read of a cluster. No I/O.
struct ClusterReading {
    private let objects: Overview.Objects
    private var overview: Overview
    private var missing: [String] = []
    private var refused: [KubernetesError] = []
    private var failed: [KubernetesError] = []
    private var seen = 0

    init(_ objects: Overview.Objects) {
        self.objects = objects
        overview = Overview(origin: "namespace \(objects.namespace)")
    }

    private mutating func take(_ error: KubernetesError, of what: String, isOptional: Bool = false) {
        if error.isNotFound {
            if !isOptional { missing.append(what) }
        } else if error.isForbidden || error.isUnauthorized {
            refused.append(error)
        } else {
            failed.append(error)
        }
    }

    mutating func take(_ result: Result<ConfigMap, KubernetesError>, as family: IPAddress.Family) {
        // Only sites with IPv6 have that one.
        let isOptional = family == .ipv6
        switch result {
        case .failure(let error): take(error, of: "ConfigMap \(objects.addressConfigMap)", isOptional: isOptional)
        case .success(let map):
            seen += 1
            var problems: [String] = []
            let published = PublishedAddress(in: map, family: family, problems: &problems)
            overview.problems += problems.map { "ConfigMap \(map.name ?? ""): \($0)" }
            guard !isOptional || published.heartbeat > 0 || published.addresses != nil else { return }
            overview.addresses.append(
                Overview.Address(
                    family: family, address: published.addresses?.description, condition: published.condition?.rawValue,
                    since: published.since, confirmedAt: published.confirmedAt, votes: Self.votes(published.votes)))
            overview.epoch = [overview.epoch, published.epoch?.rawValue].compactMap { $0 }.max()
        }
    }

    /// Reads `SOURCE=ANSWER SOURCE=ANSWER …`. A source can have an equals sign in it, an answer cannot.
    static func votes(_ text: String) -> [Overview.Vote] {
        text.split(separator: " ").compactMap { part in
            guard let mark = part.lastIndex(of: "=") else { return nil }
            return Overview.Vote(source: String(part[..<mark]), answer: String(part[mark...].dropFirst()))
        }
    }

    mutating func take(records result: Result<ConfigMap, KubernetesError>) {
        switch result {
        case .failure(let error): take(error, of: "ConfigMap \(objects.recordsConfigMap)")
        case .success(let map):
            seen += 1
            for (key, text) in map.data.sorted(by: { $0.key < $1.key }) {
                guard let claim = RecordClaim(json: text) else {
                    overview.problems.append("ConfigMap \(map.name ?? ""): the entry \(key.prefix(80)) cannot be read")
                    continue
                }
                overview.records.append(Overview.Record(key: key, claim: claim))
            }
        }
    }

    mutating func take(lease result: Result<LeaseObservation, KubernetesError>) {
        switch result {
        case .failure(let error): take(error, of: "Lease \(objects.lease)")
        case .success(let observation):
            seen += 1
            let lease = observation.lease
            let holder = lease.holderIdentity.flatMap { $0.isEmpty ? nil : $0 }
            overview.leader = Overview.Leader(
                holder: holder, state: observation.state.rawValue,
                since: holder == nil ? nil : lease.acquireTime.flatMap { Timestamp(rfc3339: $0.description) },
                transitions: lease.leaseTransitions)
        }
    }

    func finish() throws(Overview.Unavailable) -> Overview {
        var overview = overview
        if seen == 0 || (overview.leader == nil && overview.addresses.isEmpty && overview.records.isEmpty) {
            if let error = refused.first {
                let advice =
                    error.isUnauthorized
                    ? "the token or certificate is not accepted"
                    : "it needs get on the Lease \(objects.lease) and the ConfigMaps \(objects.addressConfigMap) and "
                        + objects.recordsConfigMap
                throw Overview.Unavailable(
                    description: "\(error); \(advice)", exitCode: ProcessEntry.ExitCode.notPermitted)
            }
            if let error = failed.first {
                throw Overview.Unavailable(
                    description: error.description, exitCode: ProcessEntry.ExitCode.unavailable)
            }
            if seen == 0 {
                throw Overview.Unavailable(
                    description: "esddns is not installed in the namespace \(objects.namespace): there is no "
                        + "\(missing.joined(separator: ", no ")); --namespace names another",
                    exitCode: ProcessEntry.ExitCode.unavailable)
            }
        }
        overview.problems += missing.map { "there is no \($0) in the namespace \(objects.namespace)" }
        overview.problems += (refused + failed).map(\.description)
        overview.isRefused = !refused.isEmpty
        return overview
    }
}

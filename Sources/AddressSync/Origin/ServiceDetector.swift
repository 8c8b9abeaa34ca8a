import NetworkPrimitives
import OperatorCore
import Synchronization
import WANDetection

/// Finds the address of a Service: reads its status, and resolves the host names in it.
///
/// Nobody outside is asked, and no quorum is needed: the API server is as sure of the Service as of the ConfigMap that the
/// address is published in. What cannot be read changes nothing; the address by which the cluster's own traffic leaves is
/// never put in its place.
final class ServiceDetector: AddressDetecting {
    typealias Resolve = @Sendable (_ name: String, _ family: IPAddress.Family) async throws(SourceError) -> [IPAddress]

    private struct State {
        /// What the status said when it was last read.
        var points: Result<[ServiceIngress.Point], SourceError>?
        var isWatching = false
        /// What this detector confirmed last.
        var confirmed: Set<IPAddress> = []
    }

    private let reference: ServiceReference
    private let api: any KubernetesAPI
    private let settings: QuorumSettings
    private let resolve: Resolve
    private let source: AddressSource
    private let state = Mutex(State())

    /// - Parameters:
    ///   - settings: of which the family counts, whether private addresses may be published, and whether all of several.
    ///   - resolve: finds the addresses of a host name.
    init(
        _ reference: ServiceReference, api: any KubernetesAPI, settings: QuorumSettings,
        resolve: @escaping Resolve = { name, family throws(SourceError) in
            try await HostNames.addresses(of: name, family: family)
        }
    ) {
        self.reference = reference
        self.api = api
        self.settings = settings
        self.resolve = resolve
        source = .local(.given(reference.description))
    }

    /// Follows the Service, and says when something about its status has changed.
    func watch(_ changed: @escaping @Sendable () -> Void) async {
        let watcher = ObjectWatcher<KubernetesService>(api: api, namespace: reference.namespace, name: reference.name)
        await watcher.run { update in
            switch update {
            case .present(let service): noted(service, changed)
            case .absent: noted(nil, changed)
            case .connected: state.withLock { $0.isWatching = true }
            case .disconnected: state.withLock { $0.isWatching = false }
            }
        }
        state.withLock { $0.isWatching = false }
    }

    private func noted(_ service: KubernetesService?, _ changed: () -> Void) {
        let points = Result { () throws(SourceError) in try ServiceIngress.points(of: service, named: reference) }
        let isNew = state.withLock { state in
            defer { state.points = points }
            return state.points != points
        }
        if isNew { changed() }
    }

    func detect(published: Set<IPAddress>) async -> Verdict {
        let start = ContinuousClock.now
        let result = await find(published: published, isFresh: true)
        let duration = start.duration(to: .now)
        let vote = Observation(source: source, result: result.map(\.chosen), duration: duration)
        switch result {
        case .success(let found):
            state.withLock { $0.confirmed = [found.chosen] }
            return Verdict(
                condition: found.all.count > 1 ? .multipleEgress(found.all) : .confirmed(found.chosen),
                address: found.chosen, addresses: settings.egress == .all ? found.all : nil, operatorsAsked: 1,
                votes: [vote], duration: duration)
        case .failure(let error) where error.code == .cancelled:
            return Verdict(condition: .unconfirmed(.cancelled), address: nil)
        case .failure(let error):
            let reason: UnconfirmedReason =
                error.code == .notPublishable ? .notPublishable(error.detail) : .noAnswer(error.detail)
            return Verdict(
                condition: .unconfirmed(reason), address: nil, operatorsAsked: 1, votes: [vote], duration: duration)
        }
    }

    func probe() async -> Observation {
        let start = ContinuousClock.now
        let confirmed = state.withLock { $0.confirmed }
        let result = await find(published: confirmed, isFresh: false)
        return Observation(source: source, result: result.map(\.chosen), duration: start.duration(to: .now))
    }

    /// - Parameter isFresh: reads the Service even where a watch follows it.
    private func find(
        published: Set<IPAddress>, isFresh: Bool
    ) async -> Result<(chosen: IPAddress, all: [IPAddress]), SourceError> {
        do throws(SourceError) {
            let points = try await read(isFresh: isFresh)
            var addresses: Set<IPAddress> = []
            for point in points {
                switch point {
                case .address(let address): addresses.insert(address)
                case .hostname(let name): addresses.formUnion(try await resolve(name, settings.family))
                }
            }
            return .success(
                try ServiceIngress.choose(
                    from: addresses, published: published, family: settings.family,
                    allowNonGlobal: settings.allowNonGlobal, of: reference))
        } catch {
            return .failure(error)
        }
    }

    private func read(isFresh: Bool) async throws(SourceError) -> [ServiceIngress.Point] {
        let (isWatching, known) = state.withLock { ($0.isWatching, $0.points) }
        if !isFresh, isWatching, let known { return try known.get() }
        let points = await readService()
        // Not what only a failed request says.
        if case .failure(let error) = points, error.code == .failed || error.code == .cancelled { throw error }
        state.withLock { $0.points = points }
        return try points.get()
    }

    private func readService() async -> Result<[ServiceIngress.Point], SourceError> {
        do throws(KubernetesError) {
            let service = try await api.get(
                KubernetesService.self, name: reference.name, namespace: reference.namespace, timeout: .seconds(5))
            return Result { () throws(SourceError) in try ServiceIngress.points(of: service, named: reference) }
        } catch {
            if error.isCancelled { return .failure(SourceError(.cancelled, "cancelled")) }
            if error.isNotFound {
                return Result { () throws(SourceError) in try ServiceIngress.points(of: nil, named: reference) }
            }
            let hint = error.isForbidden ? "; it needs get, list and watch on this Service" : ""
            return .failure(SourceError(.failed, "\(error)\(hint)"))
        }
    }
}

/// Resolves host names by the system's resolver.
enum HostNames {
    /// After it a name counts as not resolved.
    private static let limit = Duration.seconds(5)

    static func addresses(of name: String, family: IPAddress.Family) async throws(SourceError) -> [IPAddress] {
        // With the final dot, so that the search list of a pod's resolver does not get a say.
        let host = HostPort(host: name.hasSuffix(".") ? name : name + ".", port: 443)
        let result = await withTaskGroup(of: Result<[IPAddress], SourceError>.self) { group in
            group.addTask {
                do throws(ExchangeError) {
                    return .success(try await host.addresses(family: family))
                } catch {
                    return .failure(SourceError(.unresolvable, "\(name): \(error)"))
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .failure(SourceError(.timedOut, "the name \(name) was not resolved within \(limit)"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(SourceError(.cancelled, "cancelled"))
        }
        return try result.get()
    }
}

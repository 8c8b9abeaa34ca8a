import CurlHTTP
import DNSRecords
import NetworkPrimitives
import OperatorCore
import WANDetection

/// Looks at everything that a process would depend on, and changes nothing anywhere.
struct OnlineCheck: Sendable {
    typealias Check = CheckReport.Check
    /// Makes a client for the cluster that is meant; its error says what is wrong.
    typealias Connect = @Sendable (ClusterSettings) async throws -> KubernetesClient

    let settings: CheckedSettings
    let parts: ProcessParts
    let connect: Connect
    /// Is told what is being waited for.
    let progress: @Sendable (String) -> Void
    let witness: ClockWitness

    init(
        _ settings: CheckedSettings, parts: ProcessParts, connect: @escaping Connect,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.parts = parts
        self.connect = connect
        self.progress = progress
        witness = ClockWitness(trustsPlainHTTP: settings.detection.quorum.allowNonGlobal)
    }

    /// The checks, in the order in which people want to read them.
    ///
    /// - Throws: ``CurlHTTP/HTTPClientError`` where libcurl is missing, or the system has no threads left.
    func run() async throws -> [Check] {
        let cluster = try await clusterClient()
        let client = try HTTPClient()
        let result: Result<[Check], any Error>
        do {
            result = .success(try await checks(cluster, client))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        if case .success(let api) = cluster { await api?.shutdown() }
        return try result.get()
    }

    /// The client; `nil` for a role without a cluster, a check that failed where none can be made.
    private func clusterClient() async throws -> Result<KubernetesClient?, FailedCheck> {
        guard let cluster = settings.cluster else { return .success(nil) }
        do {
            return .success(try await connect(cluster))
        } catch let error as KubernetesError {
            return .failure(
                FailedCheck(.failed(.cluster, "configuration", error.message, Self.clusterAdvice, as: .lasting)))
        } catch {
            return .failure(
                FailedCheck(.failed(.cluster, "configuration", "\(error)", Self.clusterAdvice, as: .lasting)))
        }
    }

    private static let clusterAdvice =
        "run it in a pod of the installation, or name a cluster by --kubeconfig and --context"

    struct FailedCheck: Error {
        var check: Check
        init(_ check: Check) { self.check = check }
    }

    private func checks(
        _ cluster: Result<KubernetesClient?, FailedCheck>, _ client: HTTPClient
    ) async throws -> [Check] {
        var api: KubernetesClient?
        var checks: [Check] = []
        switch cluster {
        case .success(let made): api = made
        case .failure(let failure): checks.append(failure.check)
        }
        let found = try await addresses(api)
        checks += found.checks
        if let records = settings.records {
            checks += try await self.checks(of: records, found.addresses, client, api)
        }
        if let api { checks += await self.checks(of: api) }
        checks.append(witness.check())
        return checks
    }
}

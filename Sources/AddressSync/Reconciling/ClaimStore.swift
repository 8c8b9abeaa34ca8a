import OperatorCore
import Synchronization

/// Where nodes agree on who writes a record.
protocol ClaimStore: Sendable {
    /// The entry under `key`; `nil` where there is none.
    ///
    /// - Throws: ``ClaimsUnreachable``.
    func read(_ key: String) async throws(ClaimsUnreachable) -> RecordClaim?
    /// Puts an entry under `key`, only if nothing has changed since the last ``read(_:)``.
    ///
    /// - Returns: whether it was put; `false` also where that is uncertain, so that the caller reads again.
    func put(_ claim: RecordClaim, under key: String) async throws(ClaimsUnreachable) -> Bool
}

/// The API server did not answer, or refused.
struct ClaimsUnreachable: Error, Hashable, Sendable {
    var message: String
}

/// Claims in a ConfigMap. One value per record's reconciler, since it remembers the version that it read.
final class ConfigMapClaims: ClaimStore {
    private let api: any KubernetesAPI
    private let namespace: String
    private let name: String
    private let timeout: Duration
    private let lastRead = Mutex<ConfigMap?>(nil)

    init(api: any KubernetesAPI, namespace: String, name: String, timeout: Duration = .seconds(5)) {
        self.api = api
        self.namespace = namespace
        self.name = name
        self.timeout = timeout
    }

    func read(_ key: String) async throws(ClaimsUnreachable) -> RecordClaim? {
        do throws(KubernetesError) {
            let map = try await api.get(ConfigMap.self, name: name, namespace: namespace, timeout: timeout)
            lastRead.withLock { $0 = map }
            guard var claim = map.data[key].flatMap(RecordClaim.init(json:)) else { return nil }
            // Restored from a backup or another cluster: not later than what this cluster's leader says.
            if EpochLocation.isImpossible(claim.generation.epoch, in: map) { claim.generation = .none }
            return claim
        } catch  where error.isNotFound {
            lastRead.withLock { $0 = nil }
            return nil
        } catch {
            throw ClaimsUnreachable(message: error.description)
        }
    }

    /// Longest series of changes to other entries that a put makes way for.
    private static let attempts = 10

    func put(_ claim: RecordClaim, under key: String) async throws(ClaimsUnreachable) -> Bool {
        for _ in 0..<Self.attempts {
            let known = lastRead.withLock { $0 }
            if try await put(claim, under: key, over: known) { return true }
            // All records share one object. Where only another's entry was changed, this one is still free.
            _ = try await read(key)
            let now = lastRead.withLock { $0 }
            guard now?.data[key] == known?.data[key], now?.resourceVersion != known?.resourceVersion else {
                return false
            }
        }
        return false
    }

    private func put(
        _ claim: RecordClaim, under key: String, over base: ConfigMap?
    ) async throws(ClaimsUnreachable) -> Bool {
        do throws(KubernetesError) {
            let written: ConfigMap
            if let base {
                var patch: JSONValue = ["data": [:]]
                patch[["data", key]] = .string(claim.json)
                patch[["metadata", "resourceVersion"]] = base.resourceVersion.map(JSONValue.string)
                written = try await api.mergePatch(
                    ConfigMap.self, name: name, namespace: namespace, patch: patch, timeout: timeout)
            } else {
                var object = ConfigMap(name: name)
                object.data = [key: claim.json]
                written = try await api.create(object, namespace: namespace, timeout: timeout)
            }
            lastRead.withLock { $0 = written }
            return true
        } catch  where error.isConflict || error.isAlreadyExists || error.isNotFound || error.mayHaveBeenApplied {
            return false
        } catch {
            throw ClaimsUnreachable(message: error.description)
        }
    }
}

/// For a process that has nobody to agree with: every claim succeeds.
final class OwnClaims: ClaimStore {
    private let claims = Mutex<[String: RecordClaim]>([:])

    func read(_ key: String) -> RecordClaim? { claims.withLock { $0[key] } }

    func put(_ claim: RecordClaim, under key: String) -> Bool {
        claims.withLock { $0[key] = claim }
        return true
    }
}

import OperatorCore
import Synchronization

/// Where nodes agree on who writes a record.
protocol ClaimStore: Sendable {
    /// The entry under `key`.
    ///
    /// - Throws: ``ClaimsUnreachable``.
    func read(_ key: String) async throws(ClaimsUnreachable) -> ClaimReading
    /// Puts an entry under `key`, only if it has not changed since `version` was read or seen.
    func put(
        _ claim: RecordClaim, under key: String, over version: ClaimVersion?
    ) async throws(ClaimsUnreachable) -> ClaimPut
    /// Tells of every change of the entry under `key` until the task is cancelled, where the store can do that.
    func follow(_ key: String, _ tell: @escaping @Sendable (ClaimSight) -> Void) async
}

extension ClaimStore {
    func follow(_ key: String, _ tell: @escaping @Sendable (ClaimSight) -> Void) async {}
}

/// What an entry was at one moment.
struct ClaimReading: Hashable, Sendable {
    /// `nil` where there is none, or nothing that can be read.
    var claim: RecordClaim?
    var version: ClaimVersion
}

/// Which state of an entry a put replaces.
struct ClaimVersion: Hashable, Sendable {
    /// Of the whole ConfigMap; `nil` where there was none.
    var resourceVersion: String?
    /// The entry as it is stored, readable or not.
    var text: String?

    /// Whether this is certainly of an earlier moment of the same store.
    func isEarlier(than other: ClaimVersion) -> Bool {
        guard let own = resourceVersion.flatMap({ Epoch($0) }),
            let others = other.resourceVersion.flatMap({ Epoch($0) })
        else { return false }
        return own < others
    }
}

/// What became of a put.
enum ClaimPut: Hashable, Sendable {
    case done(ClaimVersion)
    /// Somebody else was first, or it is uncertain whether it was put. With what is there now.
    case lost(ClaimReading)
}

/// What following the claims says.
enum ClaimSight: Hashable, Sendable {
    /// - Parameter isAnew: the first after a connection was lost; versions from before it do not count.
    case entry(ClaimReading, isAnew: Bool)
    /// Nothing will be seen for a while.
    case hidden
}

/// The API server did not answer, or refused.
struct ClaimsUnreachable: Error, Hashable, Sendable {
    var message: String
}

/// Claims in a ConfigMap. One value serves all records of a process, which then share one watch.
final class ConfigMapClaims: ClaimStore {
    private let api: any KubernetesAPI
    private let namespace: String
    private let name: String
    private let timeout: Duration
    private let subject: EventSubject?
    private let followers = Mutex(Followers())

    /// Those who follow entries, and what they were told last.
    private struct Followers {
        var lastNumber = 0
        var tell: [Int: @Sendable (Sight) -> Void] = [:]
        var last: Sight?
        var hasWatch = false
    }

    private enum Sight: Sendable {
        case map(ConfigMap?, isAnew: Bool)
        case hidden
    }

    /// - Parameter subject: told of the ConfigMap when it is seen.
    init(
        api: any KubernetesAPI, namespace: String, name: String, timeout: Duration = .seconds(5),
        subject: EventSubject? = nil
    ) {
        self.api = api
        self.subject = subject
        self.namespace = namespace
        self.name = name
        self.timeout = timeout
    }

    func read(_ key: String) async throws(ClaimsUnreachable) -> ClaimReading {
        do throws(KubernetesError) {
            let map = try await api.get(ConfigMap.self, name: name, namespace: namespace, timeout: timeout)
            subject?.saw(map)
            return ClaimReading(key, in: map)
        } catch  where error.isNotFound {
            return ClaimReading(key, in: nil)
        } catch {
            throw ClaimsUnreachable(message: error.description)
        }
    }

    /// Longest series of changes to other entries that a put makes way for.
    private static let attempts = 10

    func put(
        _ claim: RecordClaim, under key: String, over version: ClaimVersion?
    ) async throws(ClaimsUnreachable) -> ClaimPut {
        var known = version ?? ClaimVersion()
        var now = ClaimReading(claim: nil, version: known)
        for _ in 0..<Self.attempts {
            if let written = try await putOnce(claim, under: key, over: known) { return .done(written) }
            // All records share one object. Where only another's entry was changed, this one is still free.
            now = try await read(key)
            guard now.version.text == known.text, now.version.resourceVersion != known.resourceVersion else { break }
            known = now.version
        }
        return .lost(now)
    }

    /// - Returns: `nil` where it was not put, or that is uncertain.
    private func putOnce(
        _ claim: RecordClaim, under key: String, over base: ClaimVersion
    ) async throws(ClaimsUnreachable) -> ClaimVersion? {
        do throws(KubernetesError) {
            let text = claim.json
            let written: ConfigMap
            if let version = base.resourceVersion {
                var patch: JSONValue = ["data": [:]]
                patch[["data", key]] = .string(text)
                patch[["metadata", "resourceVersion"]] = .string(version)
                written = try await api.mergePatch(
                    ConfigMap.self, name: name, namespace: namespace, patch: patch, timeout: timeout)
            } else {
                var object = ConfigMap(name: name)
                object.data = [key: text]
                written = try await api.create(object, namespace: namespace, timeout: timeout)
            }
            subject?.saw(written)
            return ClaimVersion(resourceVersion: written.resourceVersion, text: text)
        } catch  where error.isConflict || error.isAlreadyExists || error.isNotFound || error.mayHaveBeenApplied {
            return nil
        } catch {
            throw ClaimsUnreachable(message: error.description)
        }
    }
}

/// Watching, so that a change costs the API server one event for each node instead of requests.
extension ConfigMapClaims {
    /// Whoever follows first holds the watch for all; the records of a process begin and end together.
    func follow(_ key: String, _ tell: @escaping @Sendable (ClaimSight) -> Void) async {
        let tellSight: @Sendable (Sight) -> Void = { sight in
            switch sight {
            case .map(let map, let isAnew): tell(.entry(ClaimReading(key, in: map), isAnew: isAnew))
            case .hidden: tell(.hidden)
            }
        }
        let (number, last, isFirst) = followers.withLock { followers in
            followers.lastNumber += 1
            followers.tell[followers.lastNumber] = tellSight
            defer { followers.hasWatch = true }
            return (followers.lastNumber, followers.last, !followers.hasWatch)
        }
        defer {
            followers.withLock { followers in
                followers.tell[number] = nil
                if isFirst { followers.hasWatch = false }
            }
        }
        if let last { tellSight(last) }
        if isFirst {
            await watch()
        } else {
            let (never, _) = AsyncStream.makeStream(of: Never.self)
            for await _ in never {}
        }
    }

    private func watch() async {
        let watcher = ObjectWatcher<ConfigMap>(api: api, namespace: namespace, name: name)
        var isHidden = true
        var last: ConfigMap?
        func show() {
            tellAll(.map(last, isAnew: isHidden))
            isHidden = false
        }
        await watcher.run { update in
            switch update {
            case .present(let map):
                subject?.saw(map)
                last = map
                show()
            case .absent:
                last = nil
                isHidden = true
                show()
            case .connected:
                if isHidden { show() }
            case .disconnected:
                isHidden = true
                tellAll(.hidden)
            }
        }
        tellAll(.hidden)
    }

    private func tellAll(_ sight: Sight) {
        let tell = followers.withLock { followers in
            if case .map(let map, _) = sight {
                followers.last = .map(map, isAnew: false)
            } else {
                followers.last = sight
            }
            return followers.tell.values
        }
        for tell in tell { tell(sight) }
    }
}

extension ClaimReading {
    /// - Parameter map: `nil` where there is none.
    fileprivate init(_ key: String, in map: ConfigMap?) {
        let text = map?.data[key]
        claim = text.flatMap(RecordClaim.init(json:))
        version = ClaimVersion(resourceVersion: map?.resourceVersion, text: text)
        // Restored from a backup or another cluster: not later than what this cluster's leader says.
        if let map, let epoch = claim?.generation.epoch, EpochLocation.isImpossible(epoch, in: map) {
            claim?.generation = .none
        }
    }
}

/// For a process that has nobody to agree with: every claim succeeds.
final class OwnClaims: ClaimStore {
    private let claims = Mutex<[String: RecordClaim]>([:])

    func read(_ key: String) -> ClaimReading {
        ClaimReading(claim: claims.withLock { $0[key] }, version: ClaimVersion())
    }

    func put(_ claim: RecordClaim, under key: String, over version: ClaimVersion?) -> ClaimPut {
        claims.withLock { $0[key] = claim }
        return .done(ClaimVersion())
    }
}

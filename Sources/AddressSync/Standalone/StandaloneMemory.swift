import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization

/// What a standalone process knows over restarts, in a file where there is one.
///
/// A file that cannot be read or written is said, and changes nothing else: the process works as one that starts for the
/// first time.
final class StandaloneMemory: Sendable {
    private struct Kept {
        var state: StandaloneState
        /// What is in the file is not this state.
        var isUnwritten = false
    }

    /// How old the time of the last confirmation in the file may get while nothing else changes, in seconds.
    private static let staleness: Int64 = 3600

    private let path: String?
    private let kept: Mutex<Kept>
    private let failures: FailureLog
    private let wallClock: @Sendable () -> Timestamp

    /// - Parameter path: the file; `nil`: what is known ends with the process.
    init(path: String?, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }) {
        self.path = path
        self.wallClock = wallClock
        failures = FailureLog(logger: logger)
        kept = Mutex(Kept(state: path.map { Self.load($0, logger: logger) } ?? StandaloneState()))
    }

    private static func load(_ path: String, logger: Logger) -> StandaloneState {
        func startingAnew(_ why: String) -> StandaloneState {
            logger.warning(
                "the state of the last run cannot be used, starting without it",
                metadata: ["file": "\(path)", "error": "\(why)"])
            return StandaloneState()
        }
        do throws(FileReader.Failure) {
            let bytes = try FileReader.system.read(path)
            do throws(StandaloneState.Malformed) {
                return try StandaloneState(parsing: bytes)
            } catch {
                return startingAnew(error.description)
            }
        } catch {
            guard !error.isAbsence else {
                logger.info("there is no state of an earlier run", metadata: ["file": "\(path)"])
                return StandaloneState()
            }
            return startingAnew(error.reason)
        }
    }

    var state: StandaloneState { kept.withLock { $0.state } }

    /// The address to hold until sources confirm one: the last one that was confirmed.
    func previous(_ family: IPAddress.Family) -> PublishedAddress {
        let known = state.addresses[family]
        return PublishedAddress(
            family: family, addresses: known?.addresses, condition: known == nil ? nil : .unconfirmed,
            confirmedAt: known?.confirmedAt)
    }

    /// Keeps what was found out about the address.
    func note(_ content: PublishedAddress) {
        guard let addresses = content.addresses, let condition = content.condition else { return }
        let now = wallClock()
        update { state in
            var new = StandaloneState.Address(
                addresses: addresses, condition: condition, confirmedAt: content.confirmedAt, since: now)
            if let old = state.addresses[content.family], old.addresses == addresses {
                new.since = old.since
                if old.condition == condition, let before = old.confirmedAt, let after = content.confirmedAt,
                    (0..<Self.staleness).contains(after.secondsSinceEpoch - before.secondsSinceEpoch)
                {
                    new.confirmedAt = before
                }
            }
            state.addresses[content.family] = new
        }
    }

    /// Keeps what a record is known to hold; `nil`: that is not known.
    func note(_ claim: RecordClaim?, under key: String) { update { $0.records[key] = claim } }

    /// Writes the file where the state is another one, or the last attempt failed.
    private func update(_ change: (inout StandaloneState) -> Void) {
        // One write at a time, in the order of the changes. They are few, and the file is small.
        kept.withLock { kept in
            let before = kept.state
            change(&kept.state)
            guard let path, kept.state != before || kept.isUnwritten else { return }
            do throws(AtomicFile.Failure) {
                try AtomicFile.write(kept.state.bytes, to: path)
                kept.isUnwritten = false
                failures.passed(path, saying: "the state can be written again")
            } catch {
                kept.isUnwritten = true
                failures.failed(
                    path, saying: "the state cannot be written; a restart will look at everything anew",
                    because: error.description)
            }
        }
    }
}

extension FileReader.Failure {
    /// There is no such file, which is how every first run finds it.
    fileprivate var isAbsence: Bool { reason == FileReader.absence }
}

/// Claims of a process that has nobody to agree with, as ``OwnClaims``, but known to its next run.
final class RememberedClaims: ClaimStore {
    private let own = OwnClaims()
    private let memory: StandaloneMemory

    /// - Parameter providers: by key of the record, who is to keep it. What another one did says nothing.
    init(_ memory: StandaloneMemory, providers: [String: String]) {
        self.memory = memory
        for (key, var claim) in memory.state.records {
            guard providers[key] == claim.provider else { continue }
            // Publications are counted from the beginning in each run.
            claim.generation = .none
            _ = own.put(claim, under: key, over: nil)
        }
    }

    func read(_ key: String) -> ClaimReading { own.read(key) }

    func put(_ claim: RecordClaim, under key: String, over version: ClaimVersion?) -> ClaimPut {
        // While a write is under way, and where it failed, nobody knows what the record holds.
        memory.note(claim.phase == .synced ? claim : nil, under: key)
        return own.put(claim, under: key, over: version)
    }
}

import AddressSync
import ClusterSimulator
import Logging
import OperatorCore
import StatusServer
import Synchronization

/// One process of the demonstration: a leader or an updater, with the settings and the service account that it would have
/// in a pod.
final class DemoNode: Sendable {
    enum Role {
        case leader, updater
    }

    let name: String
    let role: Role
    let user: SimulatedUser
    private let parts: ProcessParts
    private let narrator: Narrator
    private struct State {
        var process: AssembledProcess?
        var crash: StopSignal?
    }
    private let state = Mutex(State())

    init(name: String, role: Role, user: SimulatedUser, parts: ProcessParts, narrator: Narrator) {
        self.name = name
        self.role = role
        self.user = user
        self.parts = parts
        self.narrator = narrator
    }

    /// What the process shows on its status page; `nil` before it was started.
    var report: StatusReport? { state.withLock { $0.process }?.board.report() }

    /// Where the process serves its status page; `nil` before it does.
    var statusPort: Int? { state.withLock { $0.process }?.statusServer?.port }

    /// Runs the process until it ends or is made to crash.
    ///
    /// - Returns: why it cannot work at all, such as for a port that is taken; `nil` where it may be started again.
    /// - Parameter shared: settings that all processes have, beside this one's own.
    func run(with shared: [String: String]) async -> String? {
        var parts = parts
        parts.environment.merge(shared) { own, _ in own }
        let process: AssembledProcess
        do {
            process = try role == .leader ? parts.makeLeader() : parts.makeUpdater()
        } catch {
            return "cannot start: \(error)"
        }
        let crash = StopSignal()
        state.withLock { state in
            state.process = process
            state.crash = crash
        }
        let failure = Mutex<String?>(nil)
        await crash.run { [narrator, name] in
            do {
                try await process.run(stoppingOn: [])
            } catch is CancellationError {
                // Crashed, or the demonstration ends.
            } catch let error as StatusServerError {
                failure.withLock { $0 = "\(error); choose another port with --port" }
            } catch {
                narrator.say("ended: \(error)", by: name, tone: .bad)
            }
        }
        return failure.withLock { $0 }
    }

    /// Stops the process in mid-work. Its connection to the API server has to be cut before, or it would say good-bye.
    func crash() { state.withLock { $0.crash }?.stop() }
}

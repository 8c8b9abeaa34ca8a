import ElectorTrials
import Foundation
import Synchronization
import Testing

/// The electors of one trial, which end with it.
final class ElectorCrew: Sendable {
    private let trial: ElectorTrial
    private let members = Mutex<[ElectorProcess]>([])

    init(_ trial: ElectorTrial) { self.trial = trial }

    /// What all of them have said.
    var events: [LeadershipEvent] { members.withLock(\.self).flatMap(\.events) }

    func start(_ program: ElectorProgram, _ identity: String) throws -> ElectorProcess {
        let process = try ElectorProcess(program, identity: identity, in: trial)
        members.withLock { $0.append(process) }
        return process
    }

    /// Waits until somebody leads.
    @discardableResult
    func untilOneLeads(within limit: Duration) async throws -> ElectorProcess {
        let start = ContinuousClock.now
        while start.duration(to: .now) < limit {
            if let leader = members.withLock(\.self).first(where: \.leads) { return leader }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestProgram.Failure(description: "nobody led within \(limit)")
    }

    /// Runs `body`, then ends everybody.
    func run(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await end()
            throw error
        }
        await end()
    }

    private func end() async {
        await withTaskGroup(of: Void.self) { group in
            for member in members.withLock(\.self) where member.isRunning { group.addTask { await member.stop() } }
        }
    }
}

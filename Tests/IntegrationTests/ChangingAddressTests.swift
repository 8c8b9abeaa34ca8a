import Foundation
import Testing

/// A WAN address that really changes, with everything between it and the record as users have it: a router that
/// masquerades, coturn, Knot, and the built executables, each a process of its own.
@Suite(.enabled(if: WANLab.isWanted, "network namespaces are not permitted here"), .serialized)
struct ChangingAddressTests {
    @Test(.timeLimit(.minutes(10)))
    func theRecordFollowsThroughEveryFailure() async throws {
        try await WANLab.run { lab in
            try await TestProgram.withDirectory { directory in
                let site = try Site(lab: lab, directory: directory)
                do {
                    try await site.startAPIServer()
                    for name in ["leader-1", "leader-2"] { try site.startLeader(name) }
                    for name in ["updater-1", "updater-2", "updater-3"] { try site.startUpdater(name) }
                    try await followsAChange(site)
                    try await survivesTheLeader(site)
                    try await survivesTheAPIServer(site)
                    try await survivesTheNameServer(site)
                    try await findsTheAddressWithoutALeader(site)
                } catch {
                    await site.end()
                    throw error
                }
                await site.end()
            }
        }
    }

    /// One change of the address is one dynamic update, found in the zone with kdig.
    private func followsAChange(_ site: Site) async throws {
        try await site.written("203.0.113.10")
        try await expectRecord("203.0.113.10", updates: 1, site)
        try await site.lab.changeAddress(to: "203.0.113.20")
        try await site.written("203.0.113.20")
        try await expectRecord("203.0.113.20", updates: 2, site)
        // After the next look of every updater there is still no other write.
        let marks = site.marks
        for updater in site.updaters {
            await updater.line(from: marks[updater.name] ?? 0) {
                $0.contains("in step") && $0.contains("the name servers")
            }
        }
        try await expectRecord("203.0.113.20", updates: 2, site)
    }

    /// SIGKILL of the leader: the other takes over and goes on.
    private func survivesTheLeader(_ site: Site) async throws {
        let leader = try await site.nextLeader()
        let marks = site.marks
        await leader.kill()
        let successor = try await site.nextLeader(after: marks)
        #expect(successor.name != leader.name)
        try await site.lab.changeAddress(to: "203.0.113.30")
        try await site.written("203.0.113.30")
        try await expectRecord("203.0.113.30", updates: 3, site)
        // As the kubelet would.
        try site.startLeader(leader.name)
    }

    /// SIGKILL of the API server and a new one on its state: watches and the election recover by themselves.
    private func survivesTheAPIServer(_ site: Site) async throws {
        await site.killAPIServer()
        try await site.lab.changeAddress(to: "203.0.113.40")
        try await site.startAPIServer()
        try await site.written("203.0.113.40")
        try await expectRecord("203.0.113.40", updates: 4, site)
    }

    /// The name server goes away while the address changes, and comes back.
    private func survivesTheNameServer(_ site: Site) async throws {
        let marks = site.marks
        try await site.lab.perform("name-server", "stop")
        try await site.lab.changeAddress(to: "203.0.113.50")
        let isTold = await site.anyUpdaterSays(after: marks) { $0.contains("the record could not be written") }
        #expect(isTold, "no updater says that the name server is away")
        try await site.lab.perform("name-server", "start")
        try await site.written("203.0.113.50")
        try await expectRecord("203.0.113.50", updates: 5, site)
    }

    /// No leader at all: an updater finds the address by itself.
    private func findsTheAddressWithoutALeader(_ site: Site) async throws {
        for leader in site.leaders { await leader.kill() }
        let marks = site.marks
        try await site.lab.changeAddress(to: "203.0.113.60")
        let isTold = await site.anyUpdaterSays(after: marks) { $0.contains("detecting the address on this node") }
        #expect(isTold, "no updater says that it detects by itself")
        try await site.written("203.0.113.60")
        try await expectRecord("203.0.113.60", updates: 6, site)
    }

    private func expectRecord(
        _ address: String, updates: Int, _ site: Site, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let record = try await site.lab.dig(try site.lab.fact("RECORD"))
        #expect(record == address, "\(site.logs)", sourceLocation: sourceLocation)
        let applied = try await site.lab.zoneUpdates()
        #expect(applied == updates, "\(site.logs)", sourceLocation: sourceLocation)
    }
}

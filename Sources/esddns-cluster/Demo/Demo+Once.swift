import AddressSync
import ArgumentParser
import ClusterSimulator
import FoundationEssentials
import NetworkPrimitives

extension Demo {
    /// What one change came to.
    private struct Outcome: Codable {
        /// The WAN address after the change.
        var address: String
        /// The address that the DNS server answers with.
        var record: String
        /// Updaters that report the record as in step.
        var updaters: Int
        /// Writes that the DNS server carried out for this change.
        var providerWrites: Int
        /// From the change of the WAN address until the record held it.
        var convergedMilliseconds: Int
    }

    /// Makes one change and waits until everything has followed it.
    func runOnce(json: Bool) async throws {
        do {
            try await run {
                let outcome = try await self.changeOnce()
                if json {
                    let encoder = JSONEncoder()
                    encoder.outputFormatting = [.sortedKeys]
                    print(String(decoding: try encoder.encode(outcome), as: UTF8.self))
                } else {
                    self.narrator.say(
                        """
                        the record followed to \(outcome.record) in \(outcome.convergedMilliseconds) ms, \
                        with \(outcome.providerWrites) write by \(outcome.updaters) updaters
                        """, tone: .heading)
                }
            }
        } catch let error as DemoError {
            narrator.say(error.description, tone: .bad)
            throw ExitCode(1)
        }
    }

    private func changeOnce() async throws -> Outcome {
        let (first, second) = (Self.address(0), Self.address(1))
        narrator.say("the WAN address is \(first); waiting until the record has it", tone: .heading)
        try await settle(at: first)
        let writes = cluster.dns.appliedUpdates
        narrator.say("the WAN address changes to \(second)", tone: .heading)
        let start = ContinuousClock.now
        cluster.setWANAddress(.v4(second))
        try await wait(.seconds(60), for: "the record to hold \(second)") { recordAddress == second }
        let converged = ContinuousClock.now - start
        narrator.say("the record holds \(second)", tone: .heading)
        try await settle(at: second)
        return Outcome(
            address: second.description, record: recordAddress?.description ?? "",
            updaters: updatersInStep(with: second), providerWrites: cluster.dns.appliedUpdates - writes,
            convergedMilliseconds: Int(converged / .milliseconds(1)))
    }

    /// Until the record and every updater's report say so.
    private func settle(at address: IPv4Address) async throws {
        try await wait(.seconds(60), for: "all updaters to report \(address)") {
            recordAddress == address && updatersInStep(with: address) == updaters.count
        }
    }
}

import AddressSync
import ArgumentParser
import ClusterSimulator
import NetworkPrimitives
import StatusServer
import UnixSignals

extension Demo {
    /// Runs until the user quits.
    func runInteractively() async throws {
        let keyboard = Keyboard()
        defer { keyboard.restore() }
        do {
            try await run {
                try await self.introduce()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.obey(keyboard) }
                    group.addTask { await self.watchRecord() }
                    group.addTask {
                        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
                    }
                    await group.next()
                    group.cancelAll()
                }
                self.narrator.say("stopping", tone: .heading)
            }
        } catch let error as DemoError {
            narrator.say(error.description, tone: .bad)
            throw ExitCode(1)
        }
    }

    private func introduce() async throws {
        narrator.print(
            """
            A cluster on this machine: an API server, \(leaders.count) leaders of which one leads, \(updaters.count) \
            updaters, \(cluster.stun.count) STUN and \(cluster.checkIP.count) web servers that tell the WAN address, \
            and the name server of example.com. One change costs one write.
            """, tone: .heading)
        try await wait(.seconds(30), for: "the status pages") { leaders.allSatisfy { $0.statusPort != nil } }
        for node in leaders {
            narrator.print("  status page of \(node.name):  http://127.0.0.1:\(node.statusPort ?? 0)/")
        }
        narrator.print("  the record, by DNS:       \(digCommand)")
        narrator.print(
            "  keys:  c change the WAN address   k kill the leader   d stop or start the name server   s status   q quit"
        )
    }

    /// Says when the name server's answer changes, which is what it is all about.
    private func watchRecord() async {
        for await _ in cluster.dns.changes() {
            guard let address = recordAddress else { continue }
            narrator.say("\(digCommand)  answers  \(address)", by: "dns", tone: .heading)
        }
    }

    private func obey(_ keyboard: Keyboard) async {
        var number = 0
        var nameServerIsUp = true
        for await key in keyboard.keys {
            switch key {
            case "c":
                number += 1
                narrator.say("the WAN address changes to \(Self.address(number))", by: "you", tone: .heading)
                cluster.setWANAddress(.v4(Self.address(number)))
            case "k":
                killLeader()
            case "d":
                nameServerIsUp.toggle()
                if nameServerIsUp {
                    do {
                        try await cluster.dns.start()
                        narrator.say("the name server is back", by: "you", tone: .heading)
                    } catch {
                        narrator.say("the name server cannot start again: \(error)", by: "you", tone: .bad)
                    }
                } else {
                    await cluster.dns.stop()
                    narrator.say("the name server is gone", by: "you", tone: .heading)
                }
            case "s":
                tellStatus()
            case "q":
                return
            default:
                break
            }
        }
        // No more input, as without a terminal: go on until a signal comes.
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    private func killLeader() {
        guard let leader else {
            narrator.say("nobody leads at the moment", by: "you")
            return
        }
        narrator.say(
            "\(leader.name) is killed; its Lease has to expire before the other leads", by: "you", tone: .heading)
        kill(leader)
    }

    private func tellStatus() {
        let report = leader?.report
        narrator.say(
            """
            \(leader?.name ?? "nobody") leads; the address is \(report?.address ?? "not known") \
            (\(report?.condition.rawValue ?? "no leader")); the record holds \(recordAddress?.description ?? "nothing"); \
            \(recordAddress.map(updatersInStep) ?? 0) of \(updaters.count) updaters are in step; \
            \(cluster.dns.appliedUpdates) writes so far
            """, by: "status", tone: .heading)
    }
}

import ClusterSimulator
import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

@Suite struct StandaloneRestartTests {
    /// Runs a box until its record is written, and ends it.
    private func firstRun(_ site: Site, _ settings: [String: String] = [:]) async throws -> [String: String] {
        let settings = settings.merging(["STATE_FILE": site.path("state.json", of: "box")]) { $1 }
        let first = try site.start(.standalone, "box", settings)
        await first.log.waitForLine(with: "the record is written", "\(addressA)")
        while (try? StandaloneState(
            parsing: Array(Data(contentsOf: URL(fileURLWithPath: settings["STATE_FILE"] ?? "")))))?
            .records.isEmpty != false
        {
            await Task.yield()
        }
        first.crash()
        _ = await first.result()
        return settings
    }

    @Test func aRestartWritesNothingAndAsksNoProvider() async throws {
        try await Site.run { site in
            // Nobody answers there, so that only the provider can tell what the record holds.
            let settings = try await firstRun(site, ["NAME_SERVERS": "127.0.0.1:1"])
            let before = site.cluster.dns.messages.count
            let second = try site.start(.standalone, "box", settings)
            await second.log.waitForLine(with: "in step", "\(addressA)")
            #expect(second.log.text.contains("holding the address of the last run"))
            #expect(site.cluster.dns.messages.count == before)
            #expect(site.cluster.dns.appliedUpdates == 1)
        }
    }

    @Test func aChangeWhileItWasDownIsWritten() async throws {
        try await Site.run { site in
            let settings = try await firstRun(site)
            site.cluster.setWANAddress(addressB.first)
            try site.start(.standalone, "box", settings)
            await site.waitForRecord(addressB)
            #expect(site.cluster.dns.appliedUpdates == 2)
        }
    }

    @Test func theAddressIsHeldWhileNobodyConfirmsIt() async throws {
        try await Site.run { site in
            let settings = try await firstRun(site)
            let before = site.cluster.dns.messages.count
            for (number, server) in site.cluster.stun.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(100 + number)))
            }
            for (number, server) in site.cluster.checkIP.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(200 + number)))
            }
            let second = try site.start(.standalone, "box", settings)
            await second.log.waitForLine(with: "the address is not confirmed, nothing is changed", "held=\(addressA)")
            #expect(second.board.report().address == addressA.description)
            #expect(second.board.report().condition == .unconfirmed)
            #expect(second.board.readiness().contains { $0.failure != nil })
            #expect(site.cluster.dns.messages.count == before)
        }
    }

    @Test func aStateThatCannotBeUsedStopsNothing() async throws {
        try await Site.run { site in
            let directory = site.path("state.json", of: "box")
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let process = try site.start(
                .standalone, "box",
                [
                    "STATE_FILE": directory, "SERVICE_ACCOUNT_DIRECTORY": "/nonexistent",
                ])
            await process.log.waitForLine(with: "the record is written", "\(addressA)")
            #expect(process.log.text.contains("starting without it"))
            #expect(process.log.text.contains("the state cannot be written"))
        }
    }
}

import ClusterSimulator
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

@Suite struct StandaloneServiceTests {
    @Test func theRecordFollowsTheAddressWithoutACluster() async throws {
        try await Site.run { site in
            let process = try site.start(.standalone, "box")
            await site.waitForRecord(addressA)
            await process.log.waitForLine(with: "the record is written", "\(addressA)")
            site.cluster.setWANAddress(addressB.first)
            await site.waitForRecord(addressB)
            await process.log.waitForLine(with: "the record is written", "\(addressB)")
            #expect(site.cluster.dns.appliedUpdates == 2)
            #expect(site.cluster.api.calls.isEmpty)
            let report = process.board.report()
            #expect(report.role == .standalone && report.address == addressB.description)
            #expect(report.records.first?.phase == .synced)
        }
    }

    @Test func aRecordInStepIsNotWritten() async throws {
        try await Site.run { site in
            site.cluster.dns.setRecords(
                site.recordName, .a, to: [.a(site.recordName, ttl: 300, addressA.v4)])
            let process = try site.start(.standalone, "box")
            await process.log.waitForLine(with: "in step", "\(addressA)")
            #expect(site.cluster.dns.appliedUpdates == 0)
            #expect(site.cluster.dns.messages.allSatisfy { !$0.isUpdate })
        }
    }

    @Test func withoutAQuorumNothingIsWritten() async throws {
        try await Site.run { site in
            for (number, server) in site.cluster.stun.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(100 + number)))
            }
            for (number, server) in site.cluster.checkIP.enumerated() {
                server.reflectedAddress = .v4(IPv4Address(203, 0, 113, UInt8(200 + number)))
            }
            let process = try site.start(.standalone, "box")
            await process.log.waitForLine(with: "the address is not confirmed, nothing is changed")
            #expect(site.cluster.dns.messages.isEmpty)
            #expect(process.board.report().condition == .unconfirmed)
        }
    }
}

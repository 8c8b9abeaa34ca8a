import ControlPlaneKit
import Foundation
import NetworkPrimitives
import Testing
import UpdaterTrials

/// Many updaters of one record, each a process of its own as on the nodes of a cluster: one write for each change.
///
/// Against the simulator, or a kube-apiserver out of `KUBEBUILDER_ASSETS`. `UPDATERS` says how many there are to be, 20 by
/// default; 200 take some minutes to start and 6 GB, and are what `make bench ARGS='--filter updater-crowd'` measures.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UpdaterCrowdTests {
    private static let count = ProcessInfo.processInfo.environment["UPDATERS"].flatMap { Int($0) } ?? 20

    /// Claims hold for 30 s; whoever stands by takes over soon after.
    private static let hold = Duration.seconds(30)

    @Test func oneWriteForEachChangeAlsoWhereTheWriterDies() async throws {
        try await UpdaterCrowd.run(
            Self.count, executable: try SiteProcess.path(of: "esddns-updater"), plane: ControlPlane.inEnvironment()
        ) { crowd in
            #expect(crowd.updates == 1, "the record is created once")
            for number in 2...4 as ClosedRange<UInt8> {
                let address = IPv4Address(198, 51, 100, number)
                try await crowd.publish(address)
                try await crowd.untilRecordHolds(address)
                try await crowd.untilReported(address.description)
                #expect(crowd.updates == Int(number))
            }
            // The write is carried out, but its answer is lost; the writer dies before it can report anything.
            crowd.loseAnswers()
            let last = IPv4Address(198, 51, 100, 5)
            try await crowd.publish(last)
            try await crowd.untilRecordHolds(last)
            let writer = try #require(try await crowd.entry())
            #expect(writer.phase == "Claimed" && writer.address == last.description)
            crowd.kill(writer.node)
            crowd.restoreAnswers()
            let killed = ContinuousClock.now
            try await crowd.untilReported(last.description)
            let reported = try #require(try await crowd.entry())
            #expect(reported.node != writer.node)
            #expect(killed.duration(to: .now) > Self.hold / 2, "not before the claim has run out")
            #expect(crowd.updates == 5, "the others find the record in step")
            #expect(crowd.runningUpdaters == Self.count - 1)
        }
    }

    @Test func oneUpdaterDoesItAlone() async throws {
        try await UpdaterCrowd.run(
            1, executable: try SiteProcess.path(of: "esddns-updater"), plane: ControlPlane.inEnvironment()
        ) { crowd in
            let address = IPv4Address(198, 51, 100, 2)
            let published = try await crowd.publish(address)
            let written = try await crowd.untilRecordHolds(address)
            #expect(crowd.updates == 2)
            // A second by default settings; here also on a busy machine.
            #expect(published.duration(to: written) < .seconds(5))
        }
    }
}

import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

@Suite struct StandaloneMemoryTests {
    /// A directory of its own, which goes with the test.
    private final class Directory {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("esddns-memory-\(UUID().uuidString)", isDirectory: true)
        var file: String { url.appendingPathComponent("state.json").path }
        var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] }

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    private func confirmed(_ address: AddressSet, at time: Int64 = 0) -> PublishedAddress {
        PublishedAddress(addresses: address, condition: .confirmed, confirmedAt: wallTime(time))
    }

    private func memory(_ path: String?, _ log: ProcessLog = ProcessLog(), at time: Int64 = 0) -> StandaloneMemory {
        StandaloneMemory(path: path, logger: log.logger("test"), wallClock: { wallTime(time) })
    }

    private func claim(_ phase: RecordClaim.Phase, provider: String = "gandi") -> RecordClaim {
        RecordClaim(
            addresses: addressA, phase: phase, node: "box", generation: generation(1, 7), holdSeconds: 0,
            provider: provider, time: wallTime())
    }

    @Test func theNextRunHoldsTheAddressUnconfirmed() throws {
        let directory = try Directory()
        memory(directory.file, at: 5).note(confirmed(addressA, at: 4))
        let next = memory(directory.file)
        #expect(next.previous(.ipv4).addresses == addressA)
        #expect(next.previous(.ipv4).condition == .unconfirmed)
        #expect(next.previous(.ipv4).confirmedAt == wallTime(4))
        #expect(next.state.addresses[.ipv4]?.since == wallTime(5))
        #expect(next.previous(.ipv6).addresses == nil)
        #expect(directory.names == ["state.json"])
    }

    @Test func aFirstRunIsNoFailure() throws {
        let (directory, log) = (try Directory(), ProcessLog())
        #expect(memory(directory.file, log).state == StandaloneState())
        #expect(log.text.contains("no state of an earlier run") && !log.text.contains("warning"))
    }

    @Test(arguments: ["", "{", "{\"version\":9}", "\u{0}\u{0}\u{0}\u{0}"])
    func whatCannotBeReadIsSaidAndReplaced(text: String) throws {
        let (directory, log) = (try Directory(), ProcessLog())
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file))
        let memory = memory(directory.file, log)
        #expect(memory.state == StandaloneState())
        #expect(log.text.contains("starting without it") && log.text.contains(directory.file))
        memory.note(confirmed(addressB))
        #expect(self.memory(directory.file).previous(.ipv4).addresses == addressB)
    }

    @Test func whatCannotBeWrittenIsSaidOnceAndTriedAgain() throws {
        let (directory, log) = (try Directory(), ProcessLog())
        let path = directory.url.appendingPathComponent("later/state.json").path
        let memory = memory(path, log)
        memory.note(confirmed(addressA))
        memory.note(confirmed(addressB))
        #expect(log.lines.count { $0.contains("the state cannot be written") && $0.contains("warning") } == 1)
        #expect(log.text.contains("the state cannot be written"))
        #expect(memory.previous(.ipv4).addresses == addressB)
        try FileManager.default.createDirectory(
            atPath: directory.url.appendingPathComponent("later").path, withIntermediateDirectories: false)
        // The same as before: the last attempt has failed, so that this one is made.
        memory.note(confirmed(addressB))
        #expect(self.memory(path).previous(.ipv4).addresses == addressB)
        #expect(log.text.contains("the state can be written again"))
    }

    @Test func aConfirmationAloneIsWrittenOnceAnHour() throws {
        let directory = try Directory()
        let memory = memory(directory.file)
        memory.note(confirmed(addressA, at: 0))
        try FileManager.default.removeItem(atPath: directory.file)
        memory.note(confirmed(addressA, at: 3599))
        #expect(directory.names.isEmpty)
        memory.note(confirmed(addressA, at: 3600))
        #expect(self.memory(directory.file).previous(.ipv4).confirmedAt == wallTime(3600))
    }

    @Test func anUnconfirmedRoundKeepsTheAddress() throws {
        let directory = try Directory()
        let memory = memory(directory.file)
        memory.note(confirmed(addressA))
        memory.note(PublishedAddress(addresses: addressA, condition: .unconfirmed, confirmedAt: wallTime()))
        memory.note(PublishedAddress(condition: .unconfirmed))
        let next = self.memory(directory.file)
        #expect(next.state.addresses[.ipv4]?.condition == .unconfirmed)
        #expect(next.previous(.ipv4).addresses == addressA)
    }

    @Test func onlyWhatARecordIsKnownToHoldIsRemembered() throws {
        let directory = try Directory()
        let providers = ["a_A": "gandi", "b_A": "gandi", "c_A": "gandi"]
        let claims = RememberedClaims(memory(directory.file), providers: providers)
        for key in providers.keys { _ = claims.put(claim(.synced), under: key, over: nil) }
        _ = claims.put(claim(.claimed), under: "b_A", over: nil)
        _ = claims.put(claim(.failed), under: "c_A", over: nil)
        let next = memory(directory.file)
        #expect(next.state.records.keys.sorted() == ["a_A"])
        let restored = RememberedClaims(next, providers: providers)
        #expect(restored.read("a_A").claim?.addresses == addressA)
        #expect(restored.read("a_A").claim?.generation == Generation.none)
        #expect(restored.read("b_A").claim == nil)
        // Another provider has not been asked yet.
        #expect(RememberedClaims(next, providers: ["a_A": "cloudflare"]).read("a_A").claim == nil)
    }

    @Test func withoutAFileNothingIsKept() {
        let memory = memory(nil)
        memory.note(confirmed(addressA))
        #expect(memory.previous(.ipv4).addresses == addressA)
    }
}

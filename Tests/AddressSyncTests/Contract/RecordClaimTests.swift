import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

@Suite struct RecordClaimTests {
    private func claim(_ phase: RecordClaim.Phase, error: String = "", failures: Int = 0) -> RecordClaim {
        RecordClaim(
            addresses: addressA, phase: phase, node: "node-1", generation: generation(184_467, 4711), holdSeconds: 30,
            provider: "gandi", time: wallTime(), error: error, failures: failures)
    }

    @Test func aClaimReadsWellForPeople() {
        #expect(
            claim(.claimed).json == """
                {"address":"203.0.113.1","deadline":"2026-07-01T00:00:30Z","generation":"184467.4711","holdSeconds":30,\
                "node":"node-1","phase":"Claimed","provider":"gandi","time":"2026-07-01T00:00:00Z"}
                """)
    }

    @Test func onlyAClaimHasADeadlineAndOnlyAFailureAnError() {
        #expect(!claim(.synced).json.contains("deadline"))
        #expect(!claim(.synced).json.contains("error"))
        #expect(claim(.failed, error: "HTTP 500").json.contains(#""error":"HTTP 500""#))
    }

    @Test(arguments: [
        RecordClaim.Phase.claimed, .synced, .failed,
    ])
    func whatIsWrittenIsReadAgain(_ phase: RecordClaim.Phase) {
        let claim = claim(phase, error: phase == .failed ? "\"quoted\" and ünusual \n/" : "", failures: 3)
        #expect(RecordClaim(json: claim.json) == claim)
    }

    @Test func ownDetectionSurvivesTheRoundTrip() {
        var claim = claim(.claimed)
        claim.generation = generation(1, 2, own: true)
        #expect(RecordClaim(json: claim.json)?.generation == generation(1, 2, own: true))
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "{", #""Synced""#, "phase: Synced",
        #"{"address":"203.0.113.1"}"#,
        #"{"address":"203.0.113.1, 2001:db8::1","generation":"1.2","holdSeconds":30,"node":"n","phase":"Claimed","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
        #"{"address":"203.0.113.1","generation":"new","holdSeconds":30,"node":"n","phase":"Claimed","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
        #"{"address":"203.0.113.1","generation":"1.2","holdSeconds":-1,"node":"n","phase":"Claimed","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
        #"{"address":"203.0.113.1","generation":"1.2","holdSeconds":86401,"node":"n","phase":"Claimed","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
        #"{"address":"203.0.113.1","generation":"1.2","holdSeconds":30,"node":"n","phase":"Stolen","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
        #"{"address":"203.0.113.1","generation":"1.2","holdSeconds":30,"node":"n","phase":"Claimed","provider":"p","time":"now"}"#,
        #"{"address":"203.0.113.1","generation":"1.2","holdSeconds":30,"node":7,"phase":"Claimed","provider":"p","time":"2026-07-01T00:00:00Z"}"#,
    ])
    func whatIsNoClaimIsTreatedAsAbsent(_ json: String) {
        #expect(RecordClaim(json: json) == nil)
    }

    @Test func unknownFieldsAreIgnoredAndCountsBounded() throws {
        let claim = try #require(
            RecordClaim(
                json: """
                    {"address":"203.0.113.1","generation":"1.2","holdSeconds":30,"node":"n","phase":"Failed","provider":"p",
                    "time":"2026-07-01T00:00:00Z","failures":9223372036854775807,"colour":"green"}
                    """))
        #expect(claim.failures == 1000)
        #expect(!claim.isRefusal)
    }

    @Test func aVeryLongWaitIsWrittenAsTheLongestThatIsRead() {
        var claim = claim(.failed)
        claim = RecordClaim(
            addresses: claim.addresses, phase: .failed, node: "n", generation: claim.generation, holdSeconds: 1_000_000,
            provider: "p", time: claim.time)
        #expect(claim.holdSeconds == 86_400)
        #expect(RecordClaim(json: claim.json) == claim)
    }

    @Test func anErrorDoesNotFillTheConfigMap() {
        #expect(claim(.failed, error: String(repeating: "ü", count: 500_000)).json.utf8.count < 2000)
    }

    @Test(arguments: [
        ("home.example.com", "home.example.com_A"), ("Home.Example.COM.", "home.example.com_A"),
        ("example.com", "example.com_A"), ("*.example.com", "-.example.com_A"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example_A"),
    ])
    func aRecordHasOneKey(_ name: String, _ key: String) {
        #expect(RecordClaim.key(name: name, type: "A") == key)
    }

    @Test func keysOfTheLongestNamesFitAndDiffer() {
        let label = String(repeating: "a", count: 63)
        let names = ["a", "b"].map { "\(label).\(label).\(label).\(String(repeating: "c", count: 60))\($0)" }
        #expect(names.allSatisfy { $0.utf8.count == 253 })
        let keys = names.map { RecordClaim.key(name: $0, type: "A") }
        #expect(Set(keys).count == 2)
        #expect(keys.allSatisfy { $0.utf8.count <= 253 && $0.hasSuffix("_A") })
        #expect(keys.allSatisfy { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) } })
    }
}

import NetworkPrimitives
import OperatorCore
import StatusServer
import Testing

@testable import AddressSync

@Suite struct PublishedAddressTests {
    private func read(_ data: [String: String]) -> (PublishedAddress, [String]) {
        var problems: [String] = []
        let published = PublishedAddress(data: data, problems: &problems)
        return (published, problems)
    }

    @Test func whatIsWrittenIsReadAgain() {
        let published = PublishedAddress(
            addresses: addressA, condition: .multipleEgress, confirmedAt: wallTime(), heartbeat: 4711,
            epoch: Epoch(rawValue: 184_467), leader: "esddns-leader-1_0b6c", votes: "a/udp=203.0.113.1")
        var data = published.data.compactMapValues(\.self)
        // The fenced ConfigMap adds the epoch to every write.
        data["epoch"] = "184467"
        let (again, problems) = read(data)
        #expect(again == published)
        #expect(problems.isEmpty)
        #expect(data["confirmedAt"] == "2026-07-01T00:00:00Z")
        #expect(data["condition"] == "MultipleEgress")
    }

    @Test func anEmptyConfigMapSaysNothing() {
        let (published, problems) = read([:])
        #expect(published == PublishedAddress())
        #expect(problems.isEmpty)
        #expect(published.generation == .none)
    }

    @Test func anUnknownAddressLeavesTheKeyAlone() {
        let data = PublishedAddress(condition: .unconfirmed, heartbeat: 1).data
        #expect(data.keys.sorted() == ["condition", "heartbeat", "leader", "votes"])
        // Nothing that failed ever removes a key, an address least of all.
        #expect(data.values.allSatisfy { $0 != nil })
    }

    @Test(arguments: [
        ("ipv4", "203.0.113"), ("ipv4", "203.0.113.1 "), ("ipv4", ""), ("ipv4", "2001:db8::1"),
        ("ipv4", "203.0.113.256"),
        ("ipv4", "home.example.com"), ("condition", "confirmed"), ("confirmedAt", "yesterday"), ("heartbeat", "-1"),
        ("heartbeat", "1.5"), ("heartbeat", "+7"), ("heartbeat", "18446744073709551616"),
        ("heartbeat", "18446744073709551615"), ("epoch", "-1"), ("epoch", "12a"),
    ])
    func aMalformedKeyIsListedAndLeftEmpty(_ key: String, _ value: String) {
        let (published, problems) = read([key: value])
        #expect(published == PublishedAddress())
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("\(key) is \"\(value)\", expected ") == true)
    }

    @Test func allProblemsAreListedAndTheRestIsRead() {
        let (published, problems) = read([
            "ipv4": "nonsense", "condition": "Maybe", "confirmedAt": "1", "heartbeat": "x", "epoch": "7",
            "leader": "me",
        ])
        #expect(problems.count == 4)
        #expect(published == PublishedAddress(epoch: Epoch(rawValue: 7), leader: "me"))
    }

    @Test func aProblemShowsNoMoreThanTheBeginningOfALongValue() {
        let (_, problems) = read(["ipv4": String(repeating: "9", count: 100_000)])
        #expect(problems.allSatisfy { $0.utf8.count < 200 })
    }

    @Test func theLargestHeartbeatCanBeCountedOn() {
        let (published, problems) = read(["heartbeat": String(PublishedAddress.maximumHeartbeat)])
        #expect(problems.isEmpty)
        #expect(published.heartbeat &+ 1 > published.heartbeat)
    }

    @Test func generationsAreOrderedByTermThenHeartbeatThenOwnDetection() {
        let ordered = [
            Generation.none, generation(0, 0, own: true), generation(1, 0), generation(1, 9),
            generation(1, 9, own: true),
            generation(1, 10), generation(2, 3), generation(10, 0),
        ]
        #expect(ordered.shuffled().sorted() == ordered)
    }

    @Test(arguments: ["0.0", "184467.4711", "184467.4711+", "18446744073709551615.18446744073709551615"])
    func aGenerationIsReadAsItIsWritten(_ text: String) {
        #expect(Generation(text)?.description == text)
    }

    @Test(arguments: ["", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "1.+2", "1.2++", "+", "a.b", "1.2 "])
    func otherTextsAreNoGeneration(_ text: String) {
        #expect(Generation(text) == nil)
    }

    /// Restored from a backup of another cluster: whatever this cluster's leader says is later.
    @Test func anEpochThatIsImpossibleCountsForNone() {
        var map = ConfigMap(name: "m")
        map.data = ["epoch": "184467", "heartbeat": "5", "ipv4": "203.0.113.1"]
        map.resourceVersion = "4711"
        var problems: [String] = []
        let published = PublishedAddress(in: map, problems: &problems)
        #expect(published.epoch == nil)
        #expect(published.heartbeat == 5)
        #expect(problems.count == 1 && problems[0].contains("184467") && problems[0].contains("4711"))
        #expect(published.generation < generation(1, 0))
        map.resourceVersion = "184468"
        problems = []
        #expect(PublishedAddress(in: map, problems: &problems).epoch == Epoch(rawValue: 184_467))
        #expect(problems.isEmpty)
    }
}

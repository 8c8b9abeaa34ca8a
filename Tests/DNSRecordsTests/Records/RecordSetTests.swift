import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct RecordSetTests {
    private let name = RecordName("home.example.com") ?? .root

    @Test func isSortedAndWithoutDuplicates() throws {
        let addresses = ["203.0.113.9", "198.51.100.7", "203.0.113.9"].compactMap(IPAddress.init)
        let set = try RecordSet(name: name, type: .a, addresses: addresses, ttl: 60)
        #expect(set.description == "home.example.com 60 A 198.51.100.7, 203.0.113.9")
        #expect(set == (try RecordSet(name: name, type: .a, addresses: addresses.reversed(), ttl: 60)))
    }

    @Test func isNeverEmptyAndNeverOfTheWrongFamily() throws {
        #expect {
            try RecordSet(name: name, type: .a, addresses: [])
        } throws: { String(describing: $0).contains("home.example.com A has no value") }
        #expect {
            try RecordSet(name: name, type: .a, addresses: [try #require(IPAddress("2001:db8::1"))])
        } throws: { String(describing: $0).contains("2001:db8::1") }
        #expect(RecordSet(name: name, address: try #require(IPAddress("2001:db8::1"))).type == .aaaa)
    }

    @Test(arguments: IPAddress.Family.allCases)
    func aTypeHoldsItsFamily(family: IPAddress.Family) {
        #expect(RecordType(family).family == family)
    }

    @Test func outcomesSayWhetherTheRecordIsRightAndWhetherItWasWritten() throws {
        let set = RecordSet(name: name, address: try #require(IPAddress("198.51.100.7")), ttl: 300)
        let other = RecordSet(name: name, address: try #require(IPAddress("198.51.100.8")), ttl: 300)
        let all: [(RecordOutcome, success: Bool, write: Bool, label: String, text: String)] = [
            (.inSync(set), true, false, "in_sync", "in sync: home.example.com 300 A 198.51.100.7"),
            (.created(set), true, true, "created", "created: home.example.com 300 A 198.51.100.7"),
            (
                .changed(from: set, to: other), true, true, "changed",
                "changed from 198.51.100.7 to home.example.com 300 A 198.51.100.8"
            ),
            (.refused("no"), false, false, "refused", "no"),
            (
                .limited(retryAfter: .seconds(7)), false, false, "limited",
                "the provider limits requests; next attempt in 7 s"
            ),
            (.failed("broken", retriable: true), false, false, "failed", "broken"),
        ]
        for (outcome, success, write, label, text) in all {
            #expect(outcome.isSuccess == success)
            #expect(outcome.isWrite == write)
            #expect(outcome.label == label)
            #expect(outcome.description == text)
        }
    }

    @Test func theTTLIsTheWishThenTheConfiguredThenTheCurrentThenTheInitial() throws {
        let address = try #require(IPAddress("198.51.100.7"))
        let wish = RecordSet(name: name, address: address, ttl: 700)
        let indifferent = RecordSet(name: name, address: address)
        let current = RecordSet(name: name, address: address, ttl: 1234)
        let configured = TTLPolicy(configured: 900, initial: 300, accepted: 300...86_400)
        let free = TTLPolicy(initial: 300, accepted: 300...86_400)
        #expect(configured.ttl(for: wish, replacing: current) == 700)
        #expect(configured.ttl(for: indifferent, replacing: current) == 900)
        #expect(free.ttl(for: indifferent, replacing: current) == 1234)
        #expect(free.ttl(for: indifferent, replacing: nil) == 300)
        // What the provider would reject is brought into its range.
        #expect(free.ttl(for: RecordSet(name: name, address: address, ttl: 5), replacing: nil) == 300)
        #expect(free.ttl(for: RecordSet(name: name, address: address, ttl: 999_999), replacing: nil) == 86_400)
    }
}

import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

@Suite struct StandaloneStateTests {
    static let sample: StandaloneState = {
        var state = StandaloneState()
        state.addresses[.ipv4] = .init(
            addresses: addressA, condition: .confirmed, confirmedAt: wallTime(60), since: wallTime())
        state.records["home.example.com_A"] = RecordClaim(
            addresses: addressA, phase: .synced, node: "box", generation: generation(1, 7), holdSeconds: 0,
            provider: "gandi", time: wallTime(61))
        return state
    }()

    @Test func whatIsWrittenIsReadBack() throws {
        let state = Self.sample
        #expect(try StandaloneState(parsing: state.bytes) == state)
        #expect(try StandaloneState(parsing: StandaloneState().bytes) == StandaloneState())
    }

    @Test(arguments: [
        ("", "not JSON"), ("{\"version\":1,\"addresses\":{", "not JSON"), ("[]", "no version"),
        (#"{"version":2,"addresses":{},"records":{}}"#, "version 2"),
        (#"{"version":1,"addresses":{}}"#, "expected the objects"),
        (#"{"version":1,"addresses":{"ipv5":{}},"records":{}}"#, "ipv5"),
        (
            #"{"version":1,"addresses":{"ipv6":{"addresses":"203.0.113.1","condition":"Confirmed"}},"records":{}}"#,
            "ipv6"
        ),
        (
            #"{"version":1,"addresses":{"ipv4":{"addresses":"203.0.113.1","condition":"Sure"}},"records":{}}"#,
            "condition"
        ),
        (
            #"{"version":1,"addresses":{"ipv4":{"addresses":"203.0.113.1","condition":"Confirmed","since":1}},"records":{}}"#,
            "since"
        ),
        (#"{"version":1,"addresses":{},"records":{"home.example.com_A":{"phase":"Synced"}}}"#, "home.example.com_A"),
    ])
    func whatIsMalformedIsNamed(text: String, named: String) {
        let error = #expect(throws: StandaloneState.Malformed.self) {
            try StandaloneState(parsing: Array(text.utf8))
        }
        #expect(error?.description.contains(named) == true)
    }

    @Test func everyPrefixOfAStateIsRefused() {
        let bytes = Self.sample.bytes.dropLast()
        for count in 0..<bytes.count {
            #expect(throws: StandaloneState.Malformed.self) { try StandaloneState(parsing: Array(bytes.prefix(count))) }
        }
    }
}

import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct TallyTests {
    private let a = globalAddress(1)
    private let b = globalAddress(2)

    @Test func anOperatorHasOneVote() throws {
        var tally = Tally()
        tally.record(a, from: try stunSource("x", 0))
        tally.record(a, from: try stunSource("x", 1))
        tally.record(a, from: try webSource("x"))
        #expect(tally.operators == 1)
        #expect(tally.shares == [.init(address: a, operators: 1, isAuthenticated: true)])
        #expect(!tally.hasDissent)
    }

    @Test func anOperatorThatContradictsItselfVotesForNobody() throws {
        var tally = Tally()
        tally.record(a, from: try stunSource("x", 0))
        tally.record(b, from: try stunSource("x", 1))
        #expect(tally.shares.isEmpty)
        #expect(tally.operators == 1)
        #expect(tally.hasDissent)
    }

    @Test(arguments: [true, false]) func anAuthenticatedAnswerReplacesOneThatCouldBeForged(isFirst: Bool) throws {
        var tally = Tally()
        if isFirst { tally.record(a, from: try webSource("x")) }
        tally.record(b, from: try stunSource("x"))
        if !isFirst { tally.record(a, from: try webSource("x")) }
        #expect(tally.shares == [.init(address: a, operators: 1, isAuthenticated: true)])
        #expect(!tally.hasDissent)
    }

    @Test func wantsOnlyWhatCanImproveAVote() throws {
        var tally = Tally()
        #expect(tally.wants(try stunSource("x")))
        tally.record(a, from: try stunSource("x", 0))
        #expect(!tally.wants(try stunSource("x", 1)))
        #expect(tally.wants(try webSource("x")))
        tally.record(a, from: try webSource("x"))
        #expect(!tally.wants(try webSource("x")))
        #expect(tally.wants(try stunSource("y")))
    }

    @Test func ordersByVotesAndThenByAddress() throws {
        var tally = Tally()
        tally.record(b, from: try stunSource("x"))
        tally.record(a, from: try stunSource("y"))
        #expect(tally.shares.map(\.address) == [a, b])
        tally.record(b, from: try stunSource("z"))
        #expect(tally.shares.map(\.address) == [b, a])
        #expect(tally.shares.map(\.operators) == [2, 1])
    }
}

import NetworkPrimitives
import Testing

@testable import WANDetection

/// What holds in every round, over thousands of seeded random rounds; and that the properties find faults, by rounds that
/// have some.
@Suite struct QuorumPropertyTests {
    private typealias Property = (RoundScenario, RoundSimulation.Outcome) -> [String]

    /// The first thing that is wrong in one of the scenarios, if anything is.
    private func firstFault(
        in seeds: Range<UInt64>, _ makeScenario: (UInt64) throws -> RoundScenario, _ properties: [Property],
        run: (RoundSimulation) -> RoundSimulation.Outcome = { $0.run() }
    ) rethrows -> String? {
        for seed in seeds {
            let scenario = try makeScenario(seed)
            let outcome = run(scenario.simulation)
            for property in properties {
                if let wrong = property(scenario, outcome).first { return "seed \(seed): \(wrong)" }
            }
        }
        return nil
    }

    @Test(arguments: 0..<10)
    func fewerLyingOperatorsThanTheQuorumNeverWin(block: UInt64) throws {
        let fault = try firstFault(
            in: block * 400..<(block + 1) * 400, RoundScenario.withLiars,
            [RoundProperties.truth, RoundProperties.authentication, RoundProperties.order])
        #expect(fault == nil)
    }

    @Test(arguments: 0..<10)
    func whoeverForgesAllPlainAnswersCannotMoveTheRecord(block: UInt64) throws {
        let fault = try firstFault(
            in: block * 300..<(block + 1) * 300, RoundScenario.withForgedPlainAnswers,
            [
                RoundProperties.authentication, RoundProperties.order,
                { scenario, outcome in
                    [nil, scenario.simulation.published, RoundScenario.truth].contains(outcome.verdict.address)
                        ? [] : ["a forged address was accepted"]
                },
            ])
        #expect(fault == nil)
    }

    @Test(arguments: 0..<10)
    func aSilentOrLyingSourceAddsNoDelayToAQuorum(block: UInt64) throws {
        let fault = try firstFault(
            in: block * 200..<(block + 1) * 200, RoundScenario.withOneBadSource,
            [RoundProperties.promptness, RoundProperties.eagerness, RoundProperties.truth, RoundProperties.order])
        #expect(fault == nil)
    }

    /// Anything at all in any order: the round ends, and what it says is in order.
    @Test(arguments: 0..<10)
    func everyRoundEnds(block: UInt64) throws {
        let fault = try firstFault(
            in: block * 300..<(block + 1) * 300, RoundScenario.ofAnyKind,
            [RoundProperties.authentication, RoundProperties.order, RoundProperties.restraint])
        #expect(fault == nil)
    }

    struct Mutant: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var make: @Sendable (RoundSimulation) -> RoundMutant

        init(_ name: String, _ make: @escaping @Sendable (RoundSimulation) -> RoundMutant) {
            (testDescription, self.make) = (name, make)
        }
    }

    @Test(arguments: [
        Mutant("is content with one operator fewer", RoundMutant.isContentWithLess),
        Mutant("counts servers, not operators", RoundMutant.countsServers),
        Mutant("publishes without a quorum", RoundMutant.publishesWithoutQuorum),
    ])
    func theLiarsFindOutARoundThat(mutant: Mutant) throws {
        let fault = try firstFault(in: 0..<4000, RoundScenario.withLiars, [RoundProperties.truth]) {
            $0.run(mutant.make($0))
        }
        #expect(fault != nil)
    }

    @Test(arguments: [
        Mutant("needs no authentication", RoundMutant.needsNoAuthentication),
        Mutant("trusts the first round", RoundMutant.trustsTheFirstRound),
    ])
    func changesFindOutARoundThat(mutant: Mutant) throws {
        let fault = try firstFault(in: 0..<3000, RoundScenario.ofAnyKind, [RoundProperties.authentication]) {
            $0.run(mutant.make($0))
        }
        #expect(fault != nil)
    }

    @Test(arguments: [
        Mutant("waits for the silent", RoundMutant.waitsForTheSilent),
        Mutant("waits for liars", RoundMutant.waitsForLiars),
    ])
    func theTimesFindOutARoundThat(mutant: Mutant) throws {
        let fault = try firstFault(in: 0..<2000, RoundScenario.withOneBadSource, [RoundProperties.promptness]) {
            $0.run(mutant.make($0))
        }
        #expect(fault != nil)
    }

    @Test func thePaceFindsOutARoundThatAsksAServerTwiceAtOnce() throws {
        let fault = try firstFault(in: 0..<300, RoundScenario.ofAnyKind, [RoundProperties.restraint]) {
            $0.run(RoundMutant.asksEverybodyAtOnce($0))
        }
        #expect(fault != nil)
    }

    @Test func theRecordFindsOutARoundThatHidesFailures() throws {
        let fault = try firstFault(in: 0..<300, RoundScenario.ofAnyKind, [RoundProperties.order]) {
            $0.run(RoundMutant.hidesFailures($0))
        }
        #expect(fault != nil)
    }
}

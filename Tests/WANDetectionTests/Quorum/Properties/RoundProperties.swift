import NetworkPrimitives

@testable import WANDetection

/// What has to hold of a round, judged by nothing but what went in and what came out. Each returns what is wrong.
enum RoundProperties {
    typealias Outcome = RoundSimulation.Outcome

    /// Who was asked, who is quoted, and that it ends.
    static func order(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        var wrong: [String] = []
        let verdict = outcome.verdict
        let asked = outcome.asked.map(\.source)
        if Set(asked).count != asked.count { wrong.append("somebody was asked twice") }
        if verdict.duration > .seconds(10) { wrong.append("it took longer than the deadline") }
        let answered = outcome.answers.map(\.observation)
        if verdict.votes.map(\.source) != answered.map(\.source)
            || verdict.votes.map(\.duration) != answered.map(\.duration)
        {
            wrong.append("the votes are not the answers")
        }
        if Set(verdict.unanswered) != Set(asked).subtracting(answered.map(\.source)) {
            wrong.append("the unanswered are not those who were asked and did not answer")
        }
        switch verdict.condition {
        case .confirmed(let address) where verdict.address != address:
            wrong.append("confirmed is not what is published")
        case .unconfirmed where verdict.address != nil || !verdict.addresses.isEmpty:
            wrong.append("unconfirmed changes something")
        case .multipleEgress(let addresses) where addresses.count < 2: wrong.append("one egress is not several")
        default: break
        }
        let permits = scenario.simulation.settings.egress.permits
        if !verdict.addresses.allSatisfy(permits) { wrong.append("an address is published that the policy forbids") }
        if let address = verdict.address, !verdict.addresses.contains(address) {
            wrong.append("the addresses lack one")
        }
        return wrong
    }

    /// One server is asked by one transport at a time: by a further one once the one before has failed or is overdue. What is
    /// authenticated may be needed besides.
    static func restraint(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        let simulation = scenario.simulation
        let timing = simulation.settings.timing
        var last: [AskedServer: (source: AddressSource, time: Duration)] = [:]
        for (source, time) in outcome.asked {
            guard let server = AskedServer(of: source) else { continue }
            defer { last[server] = (source, time) }
            guard let before = last[server], !source.isAuthenticated else { continue }
            let patience =
                before.source.transport.method == .stun
                ? timing.hedgeDelay(usualLatency: simulation.usualLatency) : timing.webHedgeDelay
            let end = outcome.answers.first { $0.observation.source == before.source && $0.time <= time }
            if end?.observation.address != nil { return ["\(source) was asked although \(before.source) had answered"] }
            if end == nil, time < before.time + patience { return ["\(source) was asked beside \(before.source)"] }
        }
        return []
    }

    /// With fewer lying operators than the quorum no wrong address is accepted.
    static func truth(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        guard scenario.othersAreHonest, scenario.liars.count < scenario.simulation.settings.quorum else { return [] }
        var wrong: [String] = []
        if !Set(outcome.verdict.addresses).isSubset(of: [RoundScenario.truth]) { wrong.append("a lie was accepted") }
        if case .multipleEgress = outcome.verdict.condition { wrong.append("liars made an egress") }
        return wrong
    }

    /// A change has an authenticated vote, or where nobody can give one, two rounds that agree.
    static func authentication(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        let simulation = scenario.simulation
        guard let change = outcome.verdict.address, change != simulation.published else { return [] }
        if simulation.sources.contains(where: { $0.0.isAuthenticated }) {
            let isVouchedFor = outcome.answers.contains {
                $0.observation.isAuthenticated && $0.observation.address == change
            }
            return isVouchedFor ? [] : ["a change without an authenticated vote"]
        }
        return simulation.memory.candidate == change ? [] : ["a change after one round without authentication"]
    }

    /// The round ends as soon as the published address has enough votes of operators with one source each: a quorum while all
    /// agree, otherwise three and more than half.
    static func promptness(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        let quorum = scenario.simulation.settings.quorum
        var votes: [IPAddress] = []
        for (observation, time) in outcome.answers {
            guard let address = observation.address else { continue }
            votes.append(address)
            let same = votes.filter { $0 == scenario.simulation.published }.count
            let isEnough =
                same == votes.count ? same >= quorum : same >= max(quorum, 3) && same * 2 > votes.count
            guard isEnough else { continue }
            return outcome.verdict.duration == time
                ? [] : ["there was a quorum at \(time), but the round ended at \(outcome.verdict.duration)"]
        }
        return ["there was no quorum"]
    }

    /// In a round of honest sources and one bad one, nobody who could make the quorum is asked late: the first three at once,
    /// the others as soon as there is dissent, and by the standard hedge otherwise.
    static func eagerness(_ scenario: RoundScenario, _ outcome: Outcome) -> [String] {
        let addresses = outcome.answers.compactMap { answer in answer.observation.address.map { ($0, answer.time) } }
        let dissent = addresses.first { $0.0 != addresses.first?.0 }?.1
        let limit = min(dissent ?? .milliseconds(250), .milliseconds(250))
        let late = outcome.asked.dropFirst(3).filter { $0.time > limit }
        return late.isEmpty && outcome.asked.prefix(3).allSatisfy { $0.time == .zero }
            ? [] : ["somebody was asked late"]
    }
}

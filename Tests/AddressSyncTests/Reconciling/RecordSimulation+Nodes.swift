import NetworkPrimitives
import StatusServer
import TestSupport

@testable import AddressSync

/// The processes: each a state with what its driver does around it.
extension RecordSimulation {
    mutating func latency(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &random))
    }

    mutating func arrive(_ node: Int, _ delay: Duration, _ arrival: Arrival) {
        events.insert(.arrives(node: node, life: nodes[node].life, arrival), at: now.advanced(by: delay))
    }

    mutating func send(_ node: Int, _ delay: Duration, _ request: Request) {
        events.insert(.takesEffect(node: node, life: nodes[node].life, request), at: now.advanced(by: delay))
    }

    /// The time by the node's own clock.
    private func local(_ node: Int) -> VirtualInstant {
        VirtualInstant(offset: now.offset * nodes[node].clockRate - nodes[node].lostTime)
    }

    mutating func take(_ arrival: Arrival, _ node: Int) {
        guard !nodes[node].isPaused else { return nodes[node].backlog.append(arrival) }
        switch arrival {
        case .input(let input):
            if case .desired(let desired) = input {
                if mistake == .believesWhatCameLast { nodes[node].state.desired = nil }
                // A store that was set back begins the attempt anew, when the node hears of it.
                if let heard = nodes[node].desired, heard.beginning < desired.beginning { checker.publications += 1 }
                if nodes[node].missesReset, !nodes[node].isCutOff {
                    (nodes[node].missesReset, nodes[node].heardAgain) = (false, now)
                }
                if nodes[node].desired?.isEarlier(than: desired) ?? true { nodes[node].desired = desired }
                checker.told(node, desired, self)
            }
            give(input, to: node)
        case .claim(let input, let stamp):
            nodes[node].known = stamp
            give(input, to: node)
        case .sight(let claim, let stamp, let isAnew):
            guard mistake != .seesNothing, nodes[node].watches, isAnew || stamp.map >= nodes[node].known.map else {
                return
            }
            nodes[node].known = stamp
            give(.claimSeen(claim), to: node)
        case .hidden: give(.claimsHidden, to: node)
        case .alarm(let number):
            if nodes[node].lastAlarm == number { give(.timerFired, to: node) }
        case .providerRead(let number, let holds): goOnWriting(node, number, holds)
        case .writeEnds(let number, let result):
            guard nodes[node].write?.number == number else { return }
            if nodes[node].write?.isAbandoned == false { give(.written(result), to: node) }
            if nodes[node].write?.number == number { nodes[node].write = nil }
        case .resumes: break
        }
    }

    private mutating func give(_ input: State.Input, to node: Int) {
        let input = mistake?.shown(input, to: nodes[node].state.node) ?? input
        let wallClock = wallTime(now.offset.components.seconds)
        for action in nodes[node].state.handle(input, at: local(node), wallClock: wallClock) {
            perform(action, node)
        }
    }

    private mutating func perform(_ action: State.Action, _ node: Int) {
        switch action {
        case .tell(let news):
            nodes[node].news.append((now, news))
        // Nobody replaces secrets here.
        case .compareSecrets: break
        case .wakeUp(let instant):
            nodes[node].lastAlarm += 1
            var wait = local(node).duration(to: instant) * (1 / nodes[node].clockRate)
            if mistake == .looksTogether, wait > .seconds(120) {
                let interval = settings.checkInterval.components.seconds
                wait = .seconds((now.offset.components.seconds / interval + 1) * interval) - now.offset
            }
            arrive(node, max(.zero, wait), .alarm(number: nodes[node].lastAlarm))
        case .readClaim:
            send(node, latency(weather.api), .readClaim)
        case .claim(let claim):
            if mistake == .writesWithoutClaim { return arrive(node, latency(weather.api), .input(.claimWon)) }
            send(node, latency(weather.api), .put(claim, over: nodes[node].known, isReport: false))
        case .report(let claim):
            if mistake == .reportsNothing { return arrive(node, latency(weather.api), .input(.reported)) }
            var claim = claim
            if mistake == .fightsForTheRecord, claim.phase == .synced { claim.holdSeconds = 0 }
            send(node, latency(weather.api), .put(claim, over: nodes[node].known, isReport: true))
        case .check:
            nodes[node].checks += 1
            send(node, latency(weather.dns), .check)
        case .write(let addresses, let limit):
            nodes[node].lastWrite += 1
            let limit = limit * (1 / nodes[node].clockRate)
            let number = nodes[node].lastWrite
            nodes[node].write = Write(
                number: number, addresses: addresses, began: now, deadline: now.advanced(by: limit),
                isClaimed: !nodes[node].state.isCutOff)
            checker.writing(node, self)
            send(node, latency(weather.provider), .providerRead(write: number))
            arrive(
                node, limit,
                .writeEnds(write: number, .failed("no answer within \(limit)", retryAfter: nil)))
        }
    }

    /// The driver gave the provider's client until the deadline. A process that was stopped in the middle may still send.
    private mutating func goOnWriting(_ node: Int, _ number: Int, _ holds: AddressSet?) {
        guard let write = nodes[node].write, write.number == number else { return }
        if holds == write.addresses, mistake != .writesTheSame {
            return take(.writeEnds(write: number, .unchanged), node)
        }
        if now > write.deadline, !write.wasPaused || random.chance(50) { return }
        send(node, latency(weather.provider), .providerWrite(write: number, write.addresses))
        if mistake == .deletesFirst {
            record = nil
            checker.deleted(at: now)
        }
    }

    /// A second write for one change may follow from what has happened to this node.
    mutating func excuse(_ node: Int) {
        guard nodes[node].holdsClaim || nodes[node].write != nil, !nodes[node].isExcused else { return }
        nodes[node].isExcused = true
        checker.excuses.append(now)
    }
}

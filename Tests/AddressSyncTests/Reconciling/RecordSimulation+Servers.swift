import NetworkPrimitives
import TestSupport

@testable import AddressSync

/// The API servers, the provider and the name servers.
extension RecordSimulation {
    mutating func carryOut(_ request: Request, of node: Int, life: Int) {
        let isThere = nodes[node].life == life
        switch request {
        case .readClaim:
            countRequest()
            guard isReached(node) else { return answer(node, life, .input(.claimsUnreachable("no route to host"))) }
            let store = stores[nodes[node].site]
            answer(node, life, .claim(.claimRead(store.entry), store.stamp))
        case .put(let claim, let stamp, let isReport):
            put(claim, over: stamp, isReport: isReport, node, life)
        case .check:
            load.count(.nameServer, at: now)
            answer(node, life, .input(.checked(check ?? lookUp(of: node))))
        case .providerRead(let number):
            providerCalls.append(now)
            load.count(.provider, at: now)
            checker.asked(by: node, number, fault, self)
            switch fault {
            case .fails(let retryAfter):
                answer(node, life, .writeEnds(write: number, .failed("HTTP 500", retryAfter: retryAfter)))
            case .refuses: answer(node, life, .writeEnds(write: number, .refused("HTTP 401")))
            case .writesAndFails, .writesAndIsSilent, nil:
                answer(node, life, .providerRead(write: number, holds: record))
            }
        case .providerWrite(let number, let addresses):
            carryOutWrite(of: addresses, number, node, life, isThere)
        }
    }

    private mutating func answer(_ node: Int, _ life: Int, _ arrival: Arrival) {
        guard nodes[node].life == life else { return }
        arrive(node, latency(weather.api), arrival)
    }

    private mutating func countRequest() {
        requestsToAPI += 1
        load.count(.api, at: now)
    }

    /// Whether the API server is reached, this time.
    private mutating func isReached(_ node: Int) -> Bool {
        !nodes[node].isCutOff && !random.chance(weather.lostRequests)
    }

    // MARK: The API server

    private mutating func put(
        _ claim: RecordClaim, over stamp: ClaimStamp, isReport: Bool, _ node: Int, _ life: Int
    ) {
        countRequest()
        let site = nodes[node].site
        let isThere = nodes[node].life == life
        guard isReached(node) else {
            if isReport {
                if isThere { excuse(node) }
                // Others do not hear of a failure and its wait.
                checker.publications += 1
            }
            return answer(node, life, .input(isReport ? .reportLost : .claimsUnreachable("no route to host")))
        }
        let store = stores[site]
        // Made way for a change to another entry, by reading and trying again.
        if store.stamp.map != stamp.map { countRequest() }
        if store.stamp.entry == stamp.entry || mistake == .claimsWithoutVersion {
            if store.stamp.map != stamp.map { countRequest() }
            change(site, to: claim)
            if isThere { nodes[node].holdsClaim = claim.phase == .claimed }
            guard !random.chance(weather.lostAnswers) else {
                if isThere { excuse(node) }
                return lose(claim, node, life)
            }
            if isReport { return answer(node, life, .claim(.reported, stores[site].stamp)) }
            claimsWon += 1
            if isThere { nodes[node].isExcused = false }
            answer(node, life, .claim(.claimWon, stores[site].stamp))
            onClaim?(&self, node)
            return
        }
        // As the driver does it: again after a lost race, unless the entry is somebody else's by now.
        if isReport, let entry = store.entry, entry.node == claim.node, entry.addresses == claim.addresses {
            countRequest()
            change(site, to: claim)
            if isThere { nodes[node].holdsClaim = false }
        }
        lose(claim, node, life)
    }

    private mutating func lose(_ claim: RecordClaim, _ node: Int, _ life: Int) {
        let store = stores[nodes[node].site]
        guard claim.phase != .claimed else {
            return answer(node, life, .claim(.claimLost(to: store.entry), store.stamp))
        }
        // A report whose answer was lost is found to be there.
        answer(node, life, .claim(store.entry == claim ? .reported : .reportLost, store.stamp))
    }

    mutating func change(_ site: Int, to claim: RecordClaim?) {
        stores[site].stamp.map += 1
        stores[site].stamp.entry = stores[site].stamp.map
        // Through its JSON form, as in the cluster.
        stores[site].entry = claim.flatMap { RecordClaim(json: $0.json) }
        if let claim { checker.stored(claim, site: site) }
        for node in nodes.indices where nodes[node].holdsClaim && nodes[node].site == site {
            if claim?.node != nodes[node].state.node { nodes[node].holdsClaim = false }
        }
        showEntry(site)
    }

    /// Watches show the entry, each with a lag of its own, in order.
    mutating func showEntry(_ site: Int) {
        for node in nodes.indices where nodes[node].site == site { show(node, isAnew: false) }
    }

    mutating func connectWatch(of node: Int) { show(node, isAnew: true) }

    private mutating func show(_ node: Int, isAnew: Bool) {
        guard nodes[node].watches, !nodes[node].isCutOff, !nodes[node].isDead else { return }
        let store = stores[nodes[node].site]
        let time = max(nodes[node].lastSightAt, now.advanced(by: latency(weather.watch)))
        nodes[node].lastSightAt = time
        arrive(node, now.duration(to: time), .sight(store.entry, store.stamp, isAnew: isAnew))
    }

    // MARK: The provider and the name servers

    private mutating func carryOutWrite(
        of addresses: AddressSet, _ number: Int, _ node: Int, _ life: Int, _ isThere: Bool
    ) {
        let write = isThere && nodes[node].write?.number == number ? nodes[node].write : nil
        providerCalls.append(now)
        load.count(.provider, at: now)
        writes.append(Written(time: now, node: node, address: addresses))
        checker.written(addresses, by: node, write, self)
        record = addresses
        shown.append((now, record))
        var isLost = random.chance(weather.lostProviderAnswers)
        var isSilent = false
        switch fault {
        case .writesAndFails: isLost = true
        case .writesAndIsSilent: isSilent = true
        default: break
        }
        if isLost || isSilent { excuse(node) }
        if !isSilent {
            answer(
                node, life, .writeEnds(write: number, isLost ? .failed("no answer", retryAfter: nil) : .done("changed"))
            )
        }
        onWrite?(&self, node)
    }

    private mutating func lookUp(of node: Int) -> RecordCheck {
        if mistake == .asksACache {
            let time = now.offset.components.seconds / 600 * 600
            return (shown.last { $0.at.offset.components.seconds < time } ?? shown[0]).record.map(RecordCheck.holds)
                ?? .absent
        }
        if mistake == .neverLooks { return .absent }
        let lag = propagations.randomElement(using: &random) ?? .zero
        let visible = (shown.last { $0.at.advanced(by: lag) <= now } ?? shown[0]).record
        return visible.map(RecordCheck.holds) ?? .absent
    }
}

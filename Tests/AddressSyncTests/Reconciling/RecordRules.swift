import NetworkPrimitives
import TestSupport

@testable import AddressSync

/// What must hold in every story, checked as it happens. Knows what was published, told, sent, written and stored, and
/// when in true time; shares nothing with the state under test.
struct RecordRules {
    enum Rule: String, CaseIterable {
        /// One write for each change; another only where an excuse allows it.
        case writesPerChange
        /// Two nodes of one cluster never write under claims at the same time.
        case twoAtOnce
        /// Once everybody knows the new address, nobody begins to write an older one over it.
        case oldOverNew
        /// Whoever disagrees does not fight: a bounded number of writes in any hour.
        case flapping
        /// Nothing is ever deleted.
        case deleted
        /// What the record holds already is not written.
        case noChange
        /// The provider is not asked before the time that it named.
        case retryAfter
        /// A provider that fails is asked less and less.
        case patience
        /// The provider is not asked while all is well.
        case steadyCalls
        /// Once everything works, the record holds the address, and the entry says so, within the bound.
        case convergence
        /// A change is written within a second.
        case slow
        /// Few requests to the API server for each change, however many nodes there are.
        case requests
        /// Name servers are not asked by all nodes at once.
        case lookups
    }

    struct Violation: CustomStringConvertible {
        var rule: Rule
        var time: VirtualInstant
        var what: String
        var description: String { "\(rule.rawValue) at \(time): \(what)" }
    }

    private(set) var violations: [Violation] = []
    /// When something happened for which a change may cost a second write.
    var excuses: [VirtualInstant] = []
    /// When somebody changed the record by hand.
    var edits: [VirtualInstant] = []
    /// When another address was published.
    var changes: [VirtualInstant] = []
    /// How many clusters, or parts of one that cannot agree, want different addresses.
    var parties = 1
    /// Writes that nodes may make that have only the record to see each other by.
    var unclaimed = 0

    /// The latest that was told at each site, the first that said so without another between, and since when everybody
    /// there knows it.
    private var latest: [Int: (desired: Desired, first: Desired, allKnowSince: VirtualInstant?)] = [:]
    private typealias Desired = RecordState<VirtualInstant>.Desired
    /// Before when the provider does not want to be asked, by site and address; first as its node knows it, then as all can.
    private var unreported: [Int: (address: AddressSet, until: VirtualInstant)] = [:]
    private var closed: [Int: (address: AddressSet, until: VirtualInstant, reasons: Int)] = [:]
    /// How often anything was published that begins an attempt anew.
    var publications = 0
    private var reasonsToAsk: Int { publications + changes.count + excuses.count }

    mutating func broken(_ rule: Rule, _ what: String, at time: VirtualInstant) {
        violations.append(Violation(rule: rule, time: time, what: what))
    }

    mutating func deleted(at time: VirtualInstant) { broken(.deleted, "the record was deleted", at: time) }

    mutating func told(_ node: Int, _ desired: RecordState<VirtualInstant>.Desired, _ world: RecordSimulation) {
        let site = world.nodes[node].site
        if let known = latest[site], !known.desired.isEarlier(than: desired) {
            // A late word, or the same again. Where it says otherwise, whoever has heard nothing later follows it.
            if desired.addresses != known.desired.addresses, !desired.isEarlier(than: known.first) {
                latest[site] = (known.desired, known.desired, nil)
            }
        } else if let known = latest[site], known.desired.addresses == desired.addresses {
            latest[site]?.desired = desired
        } else {
            latest[site] = (desired, desired, nil)
        }
        guard world.nodes.count <= 64, let known = latest[site], known.allKnowSince == nil else { return }
        let allKnow = world.nodes.allSatisfy { other in
            if other.site != site || other.isDead || other.isPaused || other.isCutOff { return true }
            // The same address as before a change and back is not the news.
            guard let heard = other.desired else { return false }
            return heard.addresses == known.desired.addresses && !heard.isEarlier(than: known.first)
        }
        if allKnow { latest[site]?.allKnowSince = world.now }
    }

    /// A node begins a write.
    mutating func writing(_ node: Int, _ world: RecordSimulation) {
        guard world.nodes[node].write?.isClaimed == true, !world.nodes[node].isExcused else { return }
        for (other, state) in world.nodes.enumerated()
        where other != node && state.site == world.nodes[node].site && !state.isDead && !state.isPaused {
            if let write = state.write, write.isClaimed, !write.wasPaused, !state.isExcused {
                broken(.twoAtOnce, "node \(node) writes while node \(other) does", at: world.now)
            }
        }
    }

    /// The provider is asked.
    mutating func asked(
        by node: Int, _ number: Int, _ fault: RecordSimulation.ProviderFault?, _ world: RecordSimulation
    ) {
        guard let write = world.nodes[node].write, write.number == number else { return }
        let site = world.nodes[node].site
        if let (address, until, reasons) = closed[site], address == write.addresses, world.now < until,
            reasonsToAsk == reasons
        {
            broken(.retryAfter, "node \(node) asks before \(until)", at: world.now)
        }
        if case .fails(let after?) = fault, write.isClaimed {
            // Clocks differ.
            unreported[site] = (write.addresses, world.now.advanced(by: min(after, .seconds(86_400)) * 0.9))
        }
    }

    /// A failure is in the store: from now on nobody may ask before its time. One that its node took with it, or that was
    /// said in a store which has been set back since, nobody knows of.
    mutating func stored(_ claim: RecordClaim, site: Int) {
        guard claim.phase == .failed, let (address, until) = unreported[site], claim.addresses == address else {
            return
        }
        unreported[site] = nil
        closed[site] = (address, until, reasonsToAsk)
    }

    /// The provider is about to change the record.
    mutating func written(
        _ address: AddressSet, by node: Int, _ write: RecordSimulation.Write?, _ world: RecordSimulation
    ) {
        if world.record == address, let last = world.shown.last, last.at.duration(to: world.now) > .seconds(30) {
            broken(.noChange, "node \(node) writes \(address), which is there", at: world.now)
        }
        guard let known = latest[world.nodes[node].site], let since = known.allKnowSince else { return }
        // What was under way when the news came is not called back; its node puts it right.
        guard let write, write.began > since, !write.wasPaused else { return }
        // A node that was cut off while the entry was tampered with finds no trace of the news before it hears it.
        if world.nodes[node].missesReset || write.began < world.nodes[node].heardAgain {
            return excuses.append(world.now)
        }
        // Others wait for a process that is stopped until its claim runs out; it may act on it before it hears the news.
        if let stopped = world.nodes[node].stopped, stopped.end == write.began,
            stopped.at.duration(to: stopped.end) < world.settings.claimHold
        {
            return
        }
        if address != known.desired.addresses, world.record == known.desired.addresses {
            broken(
                .oldOverNew,
                "node \(node) writes \(address) over \(known.desired.addresses), which all have known since \(since)",
                at: world.now)
        }
    }

    // MARK: At the end

    /// Everything works again from `healed` on: how long until the record is right.
    static func bound(_ settings: ReconcilingSettings, isContested: Bool, isBlind: Bool) -> Duration {
        // A dead node's claim runs out, or a failure is waited for; then the record is looked at.
        var bound = settings.claimHold + max(settings.longestWait, settings.refusedWait) + settings.propagation
        bound += settings.checkInterval * 1.5 + settings.spread * 2
        if isContested { bound += settings.revertedWait }
        if isBlind { bound += settings.blindInterval }
        // Clocks differ, and requests take time.
        return bound * 1.1 + .seconds(10)
    }

    mutating func checkWrites(_ world: RecordSimulation) {
        let allowed = changes.count + excuses.count + edits.count + unclaimed
        if world.writes.count > allowed {
            broken(
                .writesPerChange,
                "\(world.writes.count) writes for \(changes.count) changes, \(excuses.count) excuses, \(edits.count) edits",
                at: world.now)
        }
        checkHours(world)
    }

    private mutating func checkHours(_ world: RecordSimulation) {
        func within(_ times: [VirtualInstant], _ start: VirtualInstant, _ length: Duration) -> Int {
            times.lazy.filter { $0 >= start && $0 < start.advanced(by: length) }.count
        }
        for first in world.writes {
            let hour = Duration.seconds(3600) * 0.9
            // What began before may take effect within.
            let start = first.time.advanced(by: .seconds(-60))
            let reasons =
                [changes, excuses, edits].map { within($0, start, hour + .seconds(60)) }.reduce(0, +) + unclaimed
            let writes = within(world.writes.map(\.time), first.time, hour)
            if writes > 2 * parties + reasons {
                return broken(.flapping, "\(writes) writes in an hour, for \(reasons) reasons", at: first.time)
            }
        }
        for (index, first) in world.providerCalls.enumerated() {
            let start = first.advanced(by: .seconds(-60))
            let reasons = [changes, excuses, edits].map { within($0, start, .seconds(660)) }.reduce(0, +) + unclaimed
            // 5, 10, 20, 40, 80, 160 s, and a question and a write each.
            let allowed = 14 + 14 * reasons
            if index + allowed < world.providerCalls.count,
                first.duration(to: world.providerCalls[index + allowed]) < .seconds(600)
            {
                return broken(.patience, "more than \(allowed) requests in ten minutes", at: first)
            }
        }
    }
}

import NetworkPrimitives
import TestSupport

@testable import AddressSync

/// Mistakes that updaters of DNS records are known to make. Planted around the real state, in what it is told, in its
/// settings and in what becomes of its decisions, so that nothing in the code under test knows of them.
enum PlantedMistake: String, CaseIterable {
    /// Writes although nothing was agreed.
    case writesWithoutClaim
    /// A claim is stored whatever is there.
    case claimsWithoutVersion
    /// Another's claim is no reason to wait.
    case ignoresClaims
    /// A write is not reported, so that claims stand until they run out.
    case reportsNothing
    /// An older view counts as much as a newer one.
    case ignoresGenerations
    /// What comes late counts as the latest.
    case believesWhatCameLast
    /// Its clock stands still while the process is stopped.
    case clockThatStops
    /// Puts right at once whatever another does.
    case fightsForTheRecord
    /// Asks a caching resolver.
    case asksACache
    /// Does not ask name servers, but the provider.
    case neverLooks
    /// Writes what the record holds already.
    case writesTheSame
    /// Changes a record by deleting it and creating it anew.
    case deletesFirst
    /// Does not wait longer after each failure.
    case triesAndTries
    /// Does not wait as long as the provider said.
    case ignoresRetryAfter
    /// Takes its time before it writes.
    case hesitates
    /// All nodes start at the same moment.
    case startsTogether
    /// Does not follow the claims, but asks for them.
    case seesNothing
    /// All nodes look at the record at full minutes.
    case looksTogether

    func plant(in settings: ReconcilingSettings) -> ReconcilingSettings {
        var settings = settings
        switch self {
        case .triesAndTries:
            settings.firstWait = .seconds(1)
            settings.longestWait = .seconds(1)
        case .hesitates: settings.spread = .seconds(3)
        case .startsTogether: settings.spread = .zero
        default: break
        }
        return settings
    }

    func shown(_ input: RecordState<VirtualInstant>.Input, to node: String) -> RecordState<VirtualInstant>.Input {
        func changed(_ claim: RecordClaim?) -> RecordClaim? {
            guard var claim else { return nil }
            switch self {
            case .ignoresClaims where claim.node != node && claim.phase == .claimed: claim.holdSeconds = 0
            case .ignoresGenerations: claim.generation = .none
            default: break
            }
            return claim
        }
        switch input {
        case .claimRead(let claim): return .claimRead(changed(claim))
        case .claimSeen(let claim): return .claimSeen(changed(claim))
        case .claimLost(let claim): return .claimLost(to: changed(claim))
        case .written(.failed(let why, _)) where self == .ignoresRetryAfter:
            return .written(.failed(why, retryAfter: nil))
        default: return input
        }
    }
}

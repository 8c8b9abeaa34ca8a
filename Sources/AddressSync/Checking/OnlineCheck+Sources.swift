import CurlHTTP
import NetworkPrimitives
import OperatorCore
import WANDetection

extension OnlineCheck {
    /// What sources said, and which addresses would be published by it.
    struct Found {
        var checks: [Check] = []
        var addresses: [IPAddress.Family: AddressSet] = [:]
    }

    /// Servers of a list that are asked: a list can have thousands, and each of them is somebody's.
    private static let askedOfLists = 5
    /// Questions under way at a time.
    private static let width = 16

    /// Asks every source once.
    func addresses(_ api: KubernetesClient?) async throws -> Found {
        var found = Found()
        var isFirst = true
        for detection in [settings.detection] + [settings.nodeDetection].compactMap({ $0 }) {
            for family in detection.families {
                let own = detection.of(family)
                let name = (family == .ipv4 ? "IPv4" : "IPv6") + (isFirst ? "" : " of this node")
                let (checks, addresses) = try await check(own, name, api)
                found.checks += checks
                // What a node finds for itself is looked at, but its records are checked against no address.
                if isFirst { found.addresses[family] = addresses }
            }
            isFirst = false
        }
        return found
    }

    private func check(
        _ own: DetectionSettings, _ name: String, _ api: KubernetesClient?
    ) async throws -> ([Check], AddressSet?) {
        if case .service(let reference) = own.origin {
            guard let api else { return ([], nil) }
            progress("reading \(reference)")
            let verdict = await ServiceDetector(reference, api: api, settings: own.quorum).detect(published: [])
            return (
                [
                    Self.check(
                        name, verdict.description, AddressSet(verdict.addresses), isConfirmed: verdict.address != nil)
                ],
                AddressSet(verdict.addresses)
            )
        }
        let client = try parts.makeSourceClient(own.quorum.family)
        let transport = witness.watching(client)
        var checks: [Check] = []
        var sources = own.sources
        if let directory = own.makeDirectory(http: transport, logger: parts.makeLogger("lists")) {
            progress("loading \(own.stunLists.count) lists of servers")
            await directory.refresh()
            checks += directory.problems.map {
                .warning(
                    .source, "list", $0, "correct it, or leave it out of \(SettingCatalog.stunLists.environmentName)")
            }
            sources += directory.sources.prefix(Self.askedOfLists)
        }
        let votes = await ask(sources, own.quorum, transport)
        await client.shutdown()
        let tally = SourceTally(votes, own.quorum)
        checks += votes.map { Self.check($0, confirmed: tally.addresses) }
        checks.append(
            Self.check(name, tally.description, AddressSet(tally.addresses), isConfirmed: !tally.addresses.isEmpty))
        return (checks, AddressSet(tally.addresses))
    }

    private static func check(
        _ name: String, _ finding: String, _ addresses: AddressSet?, isConfirmed: Bool
    ) -> Check {
        isConfirmed
            ? .ok(.address, name, finding)
            : .failed(
                .address, name, finding,
                "the sources above say why nothing would be published: see whether the line is up, and UDP 3478 and HTTPS open",
                as: .temporary)
    }

    private static func check(_ vote: Observation, confirmed: [IPAddress]) -> Check {
        let time = "in \(Int((vote.duration / .milliseconds(1)).rounded())) ms"
        let subject = vote.source.description
        switch vote.result {
        case .success(let address) where confirmed.isEmpty || confirmed.contains(address):
            return .ok(.source, subject, "\(address) \(time)")
        case .success(let address):
            return .warning(
                .source, subject, "\(address) \(time), which others do not confirm",
                "leave it out if that lasts: it is wrong, or its traffic takes another line")
        case .failure(let error):
            // Where nobody answers it is the line, and not each of them.
            let isAlone = !confirmed.isEmpty && error.code != .notPermitted && error.code != .notPublishable
            return .warning(
                .source, subject, "\(error)",
                isAlone ? "where that lasts, see whether a firewall blocks it, or leave it out" : nil)
        }
    }

    private func ask(
        _ sources: [AddressSource], _ quorum: QuorumSettings, _ transport: any HTTPTransport
    ) async -> [Observation] {
        let lookup = NetworkLookup(http: transport, allowNonGlobal: quorum.allowNonGlobal)
        progress("asking \(sources.count) sources for the address")
        return await withTaskGroup(of: (Int, Observation).self) { group in
            var votes: [Int: Observation] = [:]
            for (index, source) in sources.enumerated() {
                if index >= Self.width, let (done, vote) = await group.next() { votes[done] = vote }
                group.addTask { (index, await Self.vote(of: source, quorum, lookup)) }
            }
            for await (index, vote) in group {
                votes[index] = vote
                progress("asking sources for the address, \(sources.count - votes.count) have not answered")
            }
            return sources.indices.compactMap { votes[$0] }
        }
    }

    private static func vote(
        of source: AddressSource, _ quorum: QuorumSettings, _ lookup: NetworkLookup
    ) async -> Observation {
        if let problem = quorum.problem(with: source) {
            return Observation(source: source, result: .failure(SourceError(.notPermitted, problem)), duration: .zero)
        }
        let start = ContinuousClock.now
        let result: Result<IPAddress, SourceError>
        do throws(SourceError) {
            let address = try await lookup.address(from: source, family: quorum.family)
            if !quorum.allowNonGlobal, let objection = SpecialPurposeRegistry.objection(to: address) {
                throw SourceError(.notPublishable, objection)
            }
            result = .success(address)
        } catch {
            result = .failure(error)
        }
        return Observation(source: source, result: result, duration: start.duration(to: .now))
    }
}

/// What the answers of all sources come to, where each was asked once.
///
/// Rounds ask as few as they can, and decide by ``WANDetection/QuorumState``; this says what they would find.
struct SourceTally: CustomStringConvertible {
    /// Those that a quorum agrees on, the strongest first; empty where there is none.
    let addresses: [IPAddress]
    let description: String

    init(_ votes: [Observation], _ settings: QuorumSettings) {
        var operators: [IPAddress: Set<String>] = [:]
        var authenticated: Set<IPAddress> = []
        for vote in votes {
            guard let address = vote.address else { continue }
            operators[address, default: []].insert(vote.operatorName)
            if vote.isAuthenticated { authenticated.insert(address) }
        }
        let strongest = operators.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        let needsAuthentication = votes.contains(where: \.isAuthenticated)
        let all = Set(votes.map(\.operatorName)).count
        addresses = strongest.filter { address, voters in
            voters.count >= settings.quorum && (!needsAuthentication || authenticated.contains(address))
        }.map(\.key)
        let counts = strongest.map { "\($0.key) by \($0.value.count)" }.joined(separator: ", ")
        if addresses.count > 1 {
            description = "several lines: \(counts) of \(all) operators"
        } else if let address = addresses.first {
            description =
                "\(address) by \(operators[address]?.count ?? 0) of \(all) operators, quorum \(settings.quorum)"
        } else if counts.isEmpty {
            description = "no source gave an address that could be published"
        } else {
            description = "no quorum of \(settings.quorum): \(counts) of \(all) operators"
        }
    }
}

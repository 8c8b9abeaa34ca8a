import NetworkPrimitives
import Synchronization

extension AuthoritativeClient {
    /// More delegations than this are not followed; each is at least one label longer than the one before.
    private static let maximumDelegations = 8

    /// Asks the servers of a zone, or those that the user named, and whom they delegate the name to.
    ///
    /// - Parameter zone: `nil` for the servers that the user named.
    func ask(
        _ zone: AuthoritativeZone?, for name: RecordName, _ type: RecordType
    ) async throws(LookupFailure) -> RecordObservation {
        var zone = zone
        for _ in 0...Self.maximumDelegations {
            let tally = try await tally(zone, name, type)
            guard !tally.hasAnswers, let (server, delegation) = tally.delegation,
                await isAuthoritative(server, for: delegation.zone.parent ?? .root)
            else { return try tally.conclusion() }
            let below = try await self.zone(delegation)
            // For servers that the user named, the way starts with them every time.
            if configuration.nameServers.isEmpty { remember(below, of: name) }
            zone = below
        }
        throw LookupFailure(.noZone, "the zone of \(name.shownText) is delegated too often")
    }

    /// The answers of as many servers as it takes.
    private func tally(
        _ zone: AuthoritativeZone?, _ name: RecordName, _ type: RecordType
    ) async throws(LookupFailure) -> AnswerTally {
        var tally = AnswerTally(name, in: zone)
        let servers = zone?.servers ?? configuration.nameServers
        let first =
            zone.map { zone in servers.filter { zone.primary != nil && zone.hosts[$0] == zone.primary } } ?? servers
        for usesEDNS in [true, false] {
            let asked = usesEDNS ? servers : tally.silentServers
            for server in asked where first.contains(server) {
                try await ask([server], zone, type, usesEDNS: usesEDNS, &tally)
                if tally.earlyDecision != nil { return tally }
            }
            try await ask(asked.filter { !first.contains($0) }, zone, type, usesEDNS: usesEDNS, &tally)
            if tally.hasAnswers || tally.delegation != nil { break }
        }
        return tally
    }

    /// Asks several servers at once.
    private func ask(
        _ servers: [HostPort], _ zone: AuthoritativeZone?, _ type: RecordType, usesEDNS: Bool,
        _ tally: inout AnswerTally
    ) async throws(LookupFailure) {
        let name = tally.name
        let replies = await withTaskGroup(of: (Int, Result<DNSMessage, ExchangeError>).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask {
                    do throws(ExchangeError) {
                        return (
                            index,
                            .success(try await self.askOnce(server, .query(name, type.dnsType), usesEDNS: usesEDNS))
                        )
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var replies: [Int: Result<DNSMessage, ExchangeError>] = [:]
            for await (index, reply) in group { replies[index] = reply }
            return replies
        }
        guard !Task.isCancelled else { throw .cancelled }
        // In the servers' order, not in that of arrival, so that what is said about them does not vary.
        for (index, server) in servers.enumerated() {
            switch replies[index] {
            case .success(let answer):
                tally.answered(
                    server, AnswerFinding(answer, for: name, type, within: zone?.apex),
                    offersRecursion: answer.recursionAvailable)
            case .failure(let error): tally.wasSilent(server, error)
            case nil: break
            }
        }
    }

    /// Whether a server has a zone, and so may delegate parts of it. One that only repeats what it has heard may not.
    private func isAuthoritative(_ server: HostPort, for zone: RecordName) async -> Bool {
        let answer = try? await askOnce(server, .query(zone, .soa))
        return answer.map { $0.isAuthoritative && [.noError, .nameError].contains($0.responseCode) } ?? false
    }

    /// Asks with EDNS, and without where the server does not know that (RFC 6891 section 7), or is known to say nothing then.
    ///
    /// - Parameter usesEDNS: false to try without, and to remember where that helps.
    func askOnce(_ server: HostPort, _ query: DNSMessage, usesEDNS: Bool = true) async throws(ExchangeError)
        -> DNSMessage
    {
        var plain = query
        plain.additionals = []
        plain.id = .random(in: 0...UInt16.max)
        guard usesEDNS else {
            let answer = try await dns.ask(plain, at: server)
            let until = now() + configuration.zoneLifetime
            serversWithoutEDNS.withLock { servers in
                if servers.count >= Self.maximumRemembered { servers.removeAll() }
                servers[server] = until
            }
            return answer
        }
        let time = now()
        if let until = serversWithoutEDNS.withLock({ $0[server] }), time < until {
            return try await dns.ask(plain, at: server)
        }
        let answer = try await dns.ask(query, at: server)
        switch answer.responseCode {
        case .formatError, .notImplemented: break
        // Only of a server that does not know EDNS is this about the question's form.
        case .serverFailure where answer.ednsOptions == nil: break
        default: return answer
        }
        return try await dns.ask(plain, at: server)
    }

    /// Asks with EDNS, and where there is no answer without.
    func askTwice(_ server: HostPort, _ query: DNSMessage) async throws(ExchangeError) -> DNSMessage {
        do throws(ExchangeError) {
            return try await askOnce(server, query)
        } catch {
            guard case .timedOut = error, !Task.isCancelled else { throw error }
            return try await askOnce(server, query, usesEDNS: false)
        }
    }
}

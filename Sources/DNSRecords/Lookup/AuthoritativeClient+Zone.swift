public import NetworkPrimitives

/// A zone, and who answers for it.
public struct AuthoritativeZone: Hashable, Sendable {
    /// The zone's own name.
    public var apex: RecordName
    /// Addresses of its name servers: the primary first where it is among them, IPv4 before IPv6.
    public var servers: [HostPort]
    /// The server that changes arrive at first, where it is one of the name servers.
    public internal(set) var primary: RecordName?
    /// Which server an address is of.
    var hosts: [HostPort: RecordName] = [:]

    public init(apex: RecordName, servers: [HostPort]) {
        self.apex = apex
        self.servers = servers
    }
}

extension AuthoritativeClient {
    /// More name servers than this are not looked up: a delegation has at most 13 in practice.
    private static let maximumNameServers = 13

    /// Finds the zone by its SOA, then its name servers, then their addresses, with one resolver after the other: each may see
    /// another part of the world, and one that knows no zone says nothing about the next.
    func findZone(of name: RecordName) async throws(LookupFailure) -> AuthoritativeZone {
        var failures: [LookupFailure] = []
        for resolver in configuration.resolvers() {
            do throws(LookupFailure) {
                return try await findZone(of: name, with: resolver)
            } catch {
                guard error.code != .cancelled, !Task.isCancelled else { throw .cancelled }
                failures.append(error)
            }
        }
        // A resolver that answered knows more than one that did not.
        if let noZone = failures.first(where: { $0.code == .noZone }) { throw noZone }
        let complaints = failures.prefix(4).map(\.message).joined(separator: ", ")
        throw LookupFailure(.resolversFailed, "no resolver answers for \(name.shownText): \(complaints)")
    }

    private func findZone(
        of name: RecordName, with resolver: HostPort
    ) async throws(LookupFailure) -> AuthoritativeZone {
        let (apex, soa) = try await findApex(of: name, with: resolver)
        let answer = try await ask(resolver, .query(apex, .ns, recursionDesired: true))
        var names: [RecordName] = []
        for case let server? in answer.answers.filter({ $0.name == apex }).map(\.nameServer)
        where !names.contains(server) {
            names.append(server)
        }
        if names.isEmpty { names = [soa.primaryServer] }
        if let primary = names.firstIndex(of: soa.primaryServer) { names.swapAt(0, primary) }

        var zone = AuthoritativeZone(apex: apex, servers: [])
        if names.first == soa.primaryServer { zone.primary = soa.primaryServer }
        for (server, address) in await addresses(of: Array(names.prefix(Self.maximumNameServers)), with: resolver) {
            zone.add(server, address, port: configuration.nameServerPort)
        }
        guard !Task.isCancelled else { throw .cancelled }
        guard !zone.servers.isEmpty else {
            throw LookupFailure(.noZone, "the name servers of \(apex.shownText) (\(list(names))) have no address")
        }
        return zone
    }

    /// The zone that a server of the zone above names.
    func zone(_ delegation: Delegation) async throws(LookupFailure) -> AuthoritativeZone {
        var zone = AuthoritativeZone(apex: delegation.zone, servers: [])
        for glue in delegation.glue.prefix(2 * Self.maximumNameServers) {
            zone.add(glue.server, glue.address, port: configuration.nameServerPort)
        }
        guard zone.servers.isEmpty else { return zone }
        let names = Array(delegation.nameServers.prefix(Self.maximumNameServers))
        for resolver in configuration.resolvers() where zone.servers.isEmpty {
            for (server, address) in await addresses(of: names, with: resolver) {
                zone.add(server, address, port: configuration.nameServerPort)
            }
        }
        guard !Task.isCancelled else { throw .cancelled }
        guard !zone.servers.isEmpty else {
            throw LookupFailure(
                .noZone, "the name servers of \(delegation.zone.shownText) (\(list(names))) have no address")
        }
        return zone
    }

    /// The closest name, from `name` upwards, that has an SOA record of its own.
    ///
    /// A resolver that answers with the SOA of a name further up, as it should for names that have none (RFC 2308 section
    /// 3), shortens the way. After an alias that SOA belongs to the target's zone, so then it does not count.
    ///
    /// A resolver that answers with an error for one name, or that a name does not exist below which there are others, is
    /// asked for the next one up. If that leads to a zone too far up, its servers will say who has the name.
    private func findApex(
        of name: RecordName, with resolver: HostPort
    ) async throws(LookupFailure) -> (RecordName, StartOfAuthority) {
        var refusals: [String] = []
        for candidate in name.selfAndAncestors.dropLast() {
            let answer = try await ask(resolver, .query(candidate, .soa, recursionDesired: true))
            guard [.noError, .nameError].contains(answer.responseCode) else {
                refusals.append("\(answer.responseCode) for \(candidate)")
                continue
            }
            if let record = answer.answers.first(where: { $0.name == candidate && $0.type == .soa }),
                let soa = record.startOfAuthority
            {
                return (record.name, soa)
            }
            guard answer.answers.isEmpty else { continue }
            if let record = answer.authorities.first(where: { $0.type == .soa && candidate.isWithin($0.name) }),
                record.name != .root, let soa = record.startOfAuthority
            {
                return (record.name, soa)
            }
        }
        guard refusals.isEmpty else {
            throw LookupFailure(
                .resolversFailed, "\(resolver) (\(refusals.prefix(3).joined(separator: ", ")))")
        }
        throw LookupFailure(.noZone, "no zone was found for \(name.shownText): no part of the name has an SOA record")
    }

    /// The addresses of name servers, all asked for at once: IPv4 first, and within that in the servers' order.
    ///
    /// A name server that cannot be resolved must not hide the others, and is left out.
    private func addresses(of servers: [RecordName], with resolver: HostPort) async -> [(RecordName, IPAddress)] {
        await withTaskGroup(of: (rank: Int, addresses: [(RecordName, IPAddress)]).self) { group in
            for (index, server) in servers.enumerated() {
                for (row, type) in [RecordType.a, .aaaa].enumerated() {
                    group.addTask {
                        let answer = try? await self.ask(resolver, .query(server, type.dnsType, recursionDesired: true))
                        let records = answer?.answers.filter { $0.type == type.dnsType } ?? []
                        return (row * servers.count + index, records.compactMap(\.ipAddress).map { (server, $0) })
                    }
                }
            }
            var found: [(rank: Int, addresses: [(RecordName, IPAddress)])] = []
            for await entry in group { found.append(entry) }
            return found.sorted { $0.rank < $1.rank }.flatMap(\.addresses)
        }
    }

    private func ask(_ resolver: HostPort, _ query: DNSMessage) async throws(LookupFailure) -> DNSMessage {
        do throws(ExchangeError) {
            return try await askTwice(resolver, query)
        } catch {
            guard error != .cancelled, !Task.isCancelled else { throw .cancelled }
            throw LookupFailure(.resolversFailed, "\(resolver) (\(error))")
        }
    }

    private func list(_ names: [RecordName]) -> String { names.prefix(4).map(\.description).joined(separator: ", ") }
}

extension AuthoritativeZone {
    fileprivate mutating func add(_ host: RecordName, _ address: IPAddress, port: UInt16) {
        let server = HostPort(host: address.description, port: port)
        guard !servers.contains(server) else { return }
        servers.append(server)
        hosts[server] = host
    }
}

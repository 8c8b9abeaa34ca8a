public import NetworkPrimitives

/// A zone, and who answers for it.
public struct AuthoritativeZone: Hashable, Sendable {
    /// The zone's own name.
    public var apex: RecordName
    /// Addresses of its name servers: the primary first where it is among them, IPv4 before IPv6.
    public var servers: [HostPort]

    public init(apex: RecordName, servers: [HostPort]) {
        self.apex = apex
        self.servers = servers
    }
}

extension AuthoritativeClient {
    /// More name servers than this are not looked up: a delegation has at most 13 in practice.
    private static let maximumNameServers = 13

    /// Finds the zone by its SOA, then its name servers, then their addresses.
    func findZone(of name: RecordName) async throws(LookupFailure) -> AuthoritativeZone {
        let (apex, soa) = try await findApex(of: name)
        let answer = try await askResolvers(.query(apex, .ns, recursionDesired: true))
        var names: [RecordName] = []
        for case let server? in answer.answers.filter({ $0.name == apex }).map(\.nameServer)
        where !names.contains(server) {
            names.append(server)
        }
        if names.isEmpty { names = [soa.primaryServer] }
        if let primary = names.firstIndex(of: soa.primaryServer) { names.swapAt(0, primary) }

        let servers = await addresses(of: Array(names.prefix(Self.maximumNameServers)))
        guard !Task.isCancelled else { throw .cancelled }
        guard !servers.isEmpty else {
            let names = names.prefix(4).map(\.description).joined(separator: ", ")
            throw LookupFailure(.noZone, "the name servers of \(apex) (\(names)) have no address")
        }
        return AuthoritativeZone(apex: apex, servers: servers)
    }

    /// The closest name, from `name` upwards, that has an SOA record of its own.
    ///
    /// A resolver that answers with the SOA of a name further up, as it should for names that have none (RFC 2308 section
    /// 3), shortens the way. After an alias that SOA belongs to the target's zone, so then it does not count.
    private func findApex(of name: RecordName) async throws(LookupFailure) -> (RecordName, StartOfAuthority) {
        for candidate in name.selfAndAncestors.dropLast() {
            let answer = try await askResolvers(.query(candidate, .soa, recursionDesired: true))
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
        throw LookupFailure(.noZone, "no zone was found for \(name): no part of the name has an SOA record")
    }

    /// The addresses of name servers, all asked for at once: IPv4 first, and within that in the servers' order.
    ///
    /// A name server that cannot be resolved must not hide the others, and is left out.
    private func addresses(of servers: [RecordName]) async -> [HostPort] {
        await withTaskGroup(of: (rank: Int, addresses: [IPAddress]).self) { group in
            for (index, server) in servers.enumerated() {
                for (row, type) in [RecordType.a, .aaaa].enumerated() {
                    group.addTask {
                        let answer = try? await self.askResolvers(.query(server, type.dnsType, recursionDesired: true))
                        let records = answer?.answers.filter { $0.type == type.dnsType } ?? []
                        return (row * servers.count + index, records.compactMap(\.ipAddress))
                    }
                }
            }
            var found: [(rank: Int, addresses: [IPAddress])] = []
            for await entry in group { found.append(entry) }
            return found.sorted { $0.rank < $1.rank }.flatMap(\.addresses).map {
                HostPort(host: $0.description, port: configuration.nameServerPort)
            }
        }
    }

    /// The first usable answer of a resolver: a success, or that the name does not exist.
    private func askResolvers(_ query: DNSMessage) async throws(LookupFailure) -> DNSMessage {
        var failures: [String] = []
        for resolver in configuration.resolvers() {
            do throws(ExchangeError) {
                let answer = try await askOnce(resolver, query)
                if answer.responseCode == .noError || answer.responseCode == .nameError { return answer }
                failures.append("\(resolver) (\(answer.responseCode))")
            } catch {
                guard error != .cancelled, !Task.isCancelled else { throw .cancelled }
                failures.append("\(resolver) (\(error))")
            }
        }
        let question = query.questions.first.map { "\($0.name) \($0.type)" } ?? ""
        throw LookupFailure(
            .resolversFailed,
            "no resolver answers for \(question): \(failures.prefix(4).joined(separator: ", "))")
    }
}

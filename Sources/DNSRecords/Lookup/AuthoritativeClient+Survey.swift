public import NetworkPrimitives

/// What each of a zone's name servers says about one record set, for people who look for what is wrong.
public struct NameServerSurvey: Hashable, Sendable {
    /// One server, under all of its addresses.
    public struct Server: Hashable, Sendable {
        /// Its name, or its address where the user named it by that.
        public var name: String
        /// `nil` where it gave no answer that counts.
        public var observation: RecordObservation?
        /// Why there is no answer, or why one of its addresses gave none.
        public var problem: String?
    }

    /// The zone's name; `nil` where the user named the servers.
    public var apex: RecordName?
    /// In the order of the zone.
    public var servers: [Server]

    public var answering: [Server] { servers.filter { $0.observation != nil } }

    /// Whether all that answer say the same, TTLs apart.
    public var agrees: Bool {
        guard let first = answering.first?.observation else { return true }
        return answering.allSatisfy { $0.observation?.agrees(with: first) ?? false }
    }
}

extension AuthoritativeClient {
    /// Asks every name server of a name's zone, or every one that the user named, for one record set.
    ///
    /// ``observe(_:_:)`` decides by as few answers as it can; this shows them all.
    ///
    /// - Throws: ``LookupFailure`` where the zone or its servers cannot be found.
    public func survey(_ name: RecordName, _ type: RecordType) async throws(LookupFailure) -> NameServerSurvey {
        guard configuration.nameServers.isEmpty else {
            let answers = await answers(of: configuration.nameServers, name, type, within: nil)
            return NameServerSurvey(
                apex: nil,
                servers: zip(configuration.nameServers, answers).map { Self.server($0.description, [$1]) })
        }
        // It follows delegations that the resolvers do not know of, and remembers where they lead.
        _ = await observe(name, type)
        let zone = try await zone(of: name)
        let answers = await answers(of: zone.servers, name, type, within: zone.apex)
        var hosts: [RecordName] = []
        var byHost: [RecordName: [Answer]] = [:]
        for (server, answer) in zip(zone.servers, answers) {
            guard let host = zone.hosts[server] else { continue }
            if byHost[host] == nil { hosts.append(host) }
            byHost[host, default: []].append(answer)
        }
        return NameServerSurvey(
            apex: zone.apex, servers: hosts.map { Self.server($0.shownText, byHost[$0] ?? []) })
    }

    private struct Answer: Sendable {
        var observation: RecordObservation?
        var problem: String?
    }

    /// Several addresses are one server: where one of them cannot be reached, as IPv6 from many places, another does.
    private static func server(_ name: String, _ answers: [Answer]) -> NameServerSurvey.Server {
        .init(
            name: name, observation: answers.lazy.compactMap(\.observation).first,
            problem: answers.lazy.compactMap(\.problem).first)
    }

    private func answers(
        of servers: [HostPort], _ name: RecordName, _ type: RecordType, within apex: RecordName?
    ) async -> [Answer] {
        await withTaskGroup(of: (Int, Answer).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask { (index, await self.answer(of: server, name, type, within: apex)) }
            }
            var answers = servers.map { _ in Answer() }
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
    }

    private func answer(
        of server: HostPort, _ name: RecordName, _ type: RecordType, within apex: RecordName?
    ) async -> Answer {
        func problem(_ what: String) -> Answer { Answer(problem: "\(server): \(what)") }
        do throws(ExchangeError) {
            let answer = try await askTwice(server, .query(name, type.dnsType))
            switch AnswerFinding(answer, for: name, type, within: apex) {
            case .observation(let observation): return Answer(observation: observation)
            case .delegation(let delegation): return problem("delegates the name to \(delegation.zone.shownText)")
            case .lame(let why): return problem(why)
            case .notAuthoritative: return problem("does not answer with authority")
            case .error(let code): return problem("\(code)")
            case .malformed: return problem("malformed record")
            }
        } catch {
            return problem("\(error)")
        }
    }
}

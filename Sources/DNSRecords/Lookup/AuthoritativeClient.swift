public import NetworkPrimitives
import Synchronization

/// Asks a zone's own name servers what a record holds, without any provider's API and without any cache in between.
///
/// Recursive resolvers only help to find the name servers: what they have cached, or see differently, must never lead to
/// a write.
public final class AuthoritativeClient: Sendable {
    /// Whom to ask, and for how long.
    public struct Configuration: Sendable {
        /// Recursive resolvers, for finding zones; read anew for every search. By default those of `/etc/resolv.conf`.
        public var resolvers: @Sendable () -> [HostPort] = { ResolverConfiguration.system() }
        /// The servers to ask, for hidden or private zones. Where there are any, no zone is searched for.
        public var nameServers: [HostPort] = []
        /// Where found name servers listen.
        public var nameServerPort: UInt16 = 53
        /// How long a found zone is believed to stay with its name servers.
        public var zoneLifetime: Duration = .seconds(3600)
        /// No further server is asked for one record after this time.
        public var deadline: Duration = .seconds(15)

        public init() {}
    }

    let configuration: Configuration
    let dns: DNSExchange
    private let now: @Sendable () -> Duration
    private let zones = Mutex<[RecordName: (zone: AuthoritativeZone, until: Duration)]>([:])

    /// The largest number of names whose zone is remembered.
    private static let maximumZones = 256

    /// - Parameter clock: measures how long a zone is remembered.
    public init<C: Clock>(
        configuration: Configuration = Configuration(), dns: DNSExchange = DNSExchange(), clock: C = ContinuousClock()
    ) where C.Duration == Duration {
        self.configuration = configuration
        self.dns = dns
        let start = clock.now
        now = { start.duration(to: clock.now) }
    }

    /// What the name's own servers say about one record set.
    ///
    /// All servers are asked in turn until one gives an authoritative answer; those that do not answer, a second time.
    ///
    /// A wildcard counts: where `*.example.com` is the only record, `home.example.com` is observed with its addresses.
    ///
    /// - Returns: ``RecordObservation/unknown(_:)`` where nobody can tell, with ``LookupFailure/Code/cancelled`` soon
    ///   after the task is cancelled.
    public func observe(_ name: RecordName, _ type: RecordType) async -> RecordObservation {
        do throws(LookupFailure) {
            let servers =
                configuration.nameServers.isEmpty ? try await zone(of: name).servers : configuration.nameServers
            return try await ask(servers, for: name, type)
        } catch {
            // What was remembered may be the reason.
            if error.code != .cancelled { forgetZone(of: name) }
            return .unknown(error)
        }
    }

    /// The zone of a name, remembered for a while.
    ///
    /// - Throws: ``LookupFailure``; failures are not remembered.
    public func zone(of name: RecordName) async throws(LookupFailure) -> AuthoritativeZone {
        let time = now()
        if let (zone, until) = zones.withLock({ $0[name] }), time < until { return zone }
        let zone = try await findZone(of: name)
        zones.withLock { zones in
            if zones.count >= Self.maximumZones { zones.removeAll() }
            zones[name] = (zone, time + configuration.zoneLifetime)
        }
        return zone
    }

    private func forgetZone(of name: RecordName) {
        zones.withLock { _ = $0.removeValue(forKey: name) }
    }

    private func ask(
        _ servers: [HostPort], for name: RecordName, _ type: RecordType
    ) async throws(LookupFailure) -> RecordObservation {
        let start = now()
        var waiting = servers
        var silent: [String] = []
        var notAuthoritative: [String] = []
        var erring: [String] = []
        for _ in 1...2 {
            var silentNow: [HostPort] = []
            silent = []
            for server in waiting {
                guard now() - start < configuration.deadline else {
                    silent.append("\(server) (not asked: too late)")
                    continue
                }
                let answer: DNSMessage
                do throws(ExchangeError) {
                    answer = try await askOnce(server, .query(name, type.dnsType))
                } catch {
                    guard error != .cancelled, !Task.isCancelled else { throw .cancelled }
                    silent.append("\(server) (\(error))")
                    silentNow.append(server)
                    continue
                }
                switch AnswerFinding(answer, for: name, type) {
                case .observation(let observation): return observation
                case .notAuthoritative: notAuthoritative.append("\(server)")
                case .error(let code): erring.append("\(server) (\(code))")
                case .malformed: erring.append("\(server) (malformed record)")
                }
            }
            waiting = silentNow
        }
        func list(_ servers: [String]) -> String { servers.prefix(4).joined(separator: ", ") }
        if !notAuthoritative.isEmpty {
            throw LookupFailure(
                .notAuthoritative,
                "the answer from \(list(notAuthoritative)) for \(name) was not authoritative: something intercepts port "
                    + "53, or the server does not serve the zone")
        }
        if !erring.isEmpty {
            throw LookupFailure(.serversRefused, "the name servers do not answer for \(name): \(list(erring + silent))")
        }
        throw LookupFailure(.serversSilent, "no name server answers for \(name): \(list(silent))")
    }

    /// Asks with EDNS, and without where the server does not know that (RFC 6891 section 7).
    func askOnce(_ server: HostPort, _ query: DNSMessage) async throws(ExchangeError) -> DNSMessage {
        let answer = try await dns.ask(query, at: server)
        guard [.formatError, .notImplemented].contains(answer.responseCode), answer.ednsOptions == nil else {
            return answer
        }
        var plain = query
        plain.id = .random(in: 0...UInt16.max)
        plain.additionals = []
        return try await dns.ask(plain, at: server)
    }
}

extension LookupFailure {
    static let cancelled = LookupFailure(.cancelled, "cancelled")
}

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
        /// The servers to ask, for hidden or private zones, such as a primary that no NS record names. Where there are any,
        /// no zone is searched for, and the first of them that answers rules.
        public var nameServers: [HostPort] = []
        /// Where found name servers listen.
        public var nameServerPort: UInt16 = 53
        /// How long a found zone is believed to stay with its name servers.
        public var zoneLifetime: Duration = .seconds(3600)
        /// How long one look at a record takes at most, the search for its zone included.
        public var deadline: Duration = .seconds(15)

        public init() {}
    }

    let configuration: Configuration
    let dns: DNSExchange
    let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let zones = Mutex<[RecordName: (zone: AuthoritativeZone, until: Duration)]>([:])
    /// Servers that say nothing to questions with EDNS, and until when that is believed of them.
    let serversWithoutEDNS = Mutex<[HostPort: Duration]>([:])

    /// The largest number of names whose zone is remembered, and of servers about which something is.
    static let maximumRemembered = 256

    /// - Parameter clock: measures how long a zone is remembered, and how long a look takes.
    public init<C: Clock>(
        configuration: Configuration = Configuration(), dns: DNSExchange = DNSExchange(), clock: C = ContinuousClock()
    ) where C.Duration == Duration {
        self.configuration = configuration
        self.dns = dns
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }

    /// What the name's own servers say about one record set.
    ///
    /// The zone's primary is asked first, and rules. Where it does not answer, or is not among the name servers, all others
    /// are asked, and have to agree. Servers that do not answer are asked a second time, without EDNS. Servers named in the
    /// configuration are asked one after the other until one gives an authoritative answer.
    ///
    /// A wildcard counts: where `*.example.com` is the only record, `home.example.com` is observed with its addresses. What a
    /// server makes of an ALIAS or ANAME record looks like the name's own addresses; only the provider can tell.
    ///
    /// - Returns: ``RecordObservation/unknown(_:)`` where nobody can tell, with ``LookupFailure/Code/cancelled`` soon
    ///   after the task is cancelled.
    public func observe(_ name: RecordName, _ type: RecordType) async -> RecordObservation {
        let result: Result<RecordObservation, LookupFailure> = await withinDeadline(name) {
            progress throws(LookupFailure) in
            let zone = self.configuration.nameServers.isEmpty ? try await self.rememberedZone(of: name) : nil
            progress.withLock { $0 = .serversSilent }
            return try await self.ask(zone, for: name, type)
        }
        switch result {
        case .success(let observation): return observation
        case .failure(let failure):
            // What was remembered may be the reason.
            if failure.code != .cancelled { forgetZone(of: name) }
            return .unknown(failure)
        }
    }

    /// The zone of a name, remembered for a while.
    ///
    /// - Throws: ``LookupFailure``; failures are not remembered.
    public func zone(of name: RecordName) async throws(LookupFailure) -> AuthoritativeZone {
        let result: Result<AuthoritativeZone, LookupFailure> = await withinDeadline(name) {
            _ throws(LookupFailure) in try await self.rememberedZone(of: name)
        }
        return try result.get()
    }

    private func rememberedZone(of name: RecordName) async throws(LookupFailure) -> AuthoritativeZone {
        let time = now()
        if let (zone, until) = zones.withLock({ $0[name] }), time < until { return zone }
        let zone = try await findZone(of: name)
        remember(zone, of: name)
        return zone
    }

    func remember(_ zone: AuthoritativeZone, of name: RecordName) {
        let until = now() + configuration.zoneLifetime
        zones.withLock { zones in
            if zones.count >= Self.maximumRemembered { zones.removeAll() }
            zones[name] = (zone, until)
        }
    }

    private func forgetZone(of name: RecordName) {
        zones.withLock { _ = $0.removeValue(forKey: name) }
    }

    /// Runs `work`, and gives up on it when the deadline has passed.
    ///
    /// - Parameter work: keeps what a failure then would be about where it is told to.
    private func withinDeadline<Value: Sendable>(
        _ name: RecordName,
        _ work: @escaping @Sendable (borrowing Mutex<LookupFailure.Code>) async throws(LookupFailure) -> Value
    ) async -> Result<Value, LookupFailure> {
        let progress = Progress()
        let (deadline, sleep) = (configuration.deadline, sleep)
        return await withTaskGroup(of: Result<Value, LookupFailure>?.self) { group in
            group.addTask {
                do throws(LookupFailure) {
                    return .success(try await work(progress.code))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                guard (try? await sleep(deadline)) != nil else { return nil }
                let code = progress.code.withLock { $0 }
                let who = code == .serversSilent ? "its name servers do" : "the resolvers do"
                return .failure(
                    LookupFailure(
                        code, "no answer about \(name.shownText) within \(deadline): \(who) not answer in time"))
            }
            for await case let result? in group {
                group.cancelAll()
                return result
            }
            return .failure(.cancelled)
        }
    }

    /// How far a look has come.
    private final class Progress: Sendable {
        let code = Mutex(LookupFailure.Code.resolversFailed)
    }
}

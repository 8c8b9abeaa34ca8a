public import NetworkPrimitives
import Synchronization

/// An authoritative DNS server over UDP and TCP, with dynamic updates (RFC 2136) and signatures (RFC 8945).
public final class SimulatedDNSServer: Sendable {
    /// What goes wrong.
    public let faults: FaultPlan<DNSFault, DNSFaultSubject>

    private struct State: Sendable {
        var responder: DNSResponder
        var messages: [RecordedDNSMessage] = []
        var updates = 0
        var observers: [Int: AsyncStream<SimulatedZoneChange>.Continuation] = [:]
        var lastObserver = 0
    }

    private final class Core: Sendable {
        let state: Mutex<State>
        let clock: any Clock<Duration>
        let wallClock: @Sendable () -> Double
        let faults: FaultPlan<DNSFault, DNSFaultSubject>

        init(
            responder: DNSResponder, clock: any Clock<Duration>, wallClock: @escaping @Sendable () -> Double,
            faults: FaultPlan<DNSFault, DNSFaultSubject>
        ) {
            state = Mutex(State(responder: responder))
            self.clock = clock
            self.wallClock = wallClock
            self.faults = faults
        }
    }

    private let core: Core
    private let host: String
    private let fronts: Mutex<(udp: DatagramFront, tcp: StreamFront)?> = Mutex(nil)
    private let wantedPort: Int

    /// - Parameters:
    ///   - keys: whose updates are allowed.
    ///   - requiresSignature: whether updates need a signature; if nothing is said, they do where there are keys.
    ///   - clock: what delays are timed by.
    ///   - wallClock: seconds since 1970, what signatures are checked against; the machine's time if nothing is said.
    public init(
        zones: [SimulatedZone], keys: [SimulatedTSIGKey] = [], requiresSignature: Bool? = nil,
        host: String = "127.0.0.1", port: Int = 0, clock: any Clock<Duration> = ContinuousClock(),
        wallClock: (@Sendable () -> Double)? = nil
    ) {
        let faults = FaultPlan<DNSFault, DNSFaultSubject>()
        self.faults = faults
        self.host = host
        wantedPort = port
        core = Core(
            responder: DNSResponder(zones: zones, keys: keys, requiresSignature: requiresSignature ?? !keys.isEmpty),
            clock: clock, wallClock: wallClock ?? { Timestamp.now.secondsSince1970 }, faults: faults)
    }

    /// Starts listening on one port for UDP and TCP; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws {
        if let fronts = fronts.withLock({ $0 }) {
            try await fronts.udp.start()
            try await fronts.tcp.start()
            return
        }
        // A port that the system chose for UDP may be taken for TCP: then another one is tried.
        for attempt in 1...20 {
            let core = core
            let udp = DatagramFront(host: host, port: wantedPort) { payload, _ in
                await Self.answer(payload, isTCP: false, core: core).map { [$0] } ?? []
            }
            try await udp.start()
            let tcp = StreamFront(host: host, port: udp.port) { await Self.answer($0, isTCP: true, core: core) }
            do {
                try await tcp.start()
            } catch  where wantedPort == 0 && attempt < 20 {
                await udp.stop()
                continue
            } catch {
                await udp.stop()
                throw error
            }
            fronts.withLock { $0 = (udp, tcp) }
            return
        }
    }

    /// Stops listening and drops every connection. Idempotent.
    public func stop() async {
        guard let fronts = fronts.withLock({ $0 }) else { return }
        await fronts.udp.stop()
        await fronts.tcp.stop()
    }

    public var port: Int { fronts.withLock { $0?.udp.port } ?? wantedPort }

    /// Where it listens.
    public var endpoint: HostPort { HostPort(host: host, port: UInt16(truncatingIfNeeded: port)) }

    // MARK: zones

    /// A zone as it is now.
    public func zone(_ name: DomainName) -> SimulatedZone? {
        core.state.withLock { $0.responder.zones.first { $0.name == name } }
    }

    /// A record set as it is now, in whichever zone it is.
    public func records(_ name: DomainName, _ type: DNSRecordType) -> [DNSRecord] {
        core.state.withLock { state in
            state.responder.zones.filter { name.isWithin($0.name) }.flatMap { $0.records(name, type) }
        }
    }

    /// Replaces a record set, as the zone's owner would by hand.
    ///
    /// - Returns: whether there is a zone for the name.
    @discardableResult
    public func setRecords(_ name: DomainName, _ type: DNSRecordType, to records: [DNSRecord]) -> Bool {
        core.state.withLock { state in
            let zones = state.responder.zones
            guard
                let index = zones.indices.filter({ name.isWithin(zones[$0].name) })
                    .max(by: { zones[$0].name.labels.count < zones[$1].name.labels.count })
            else { return false }
            state.responder.zones[index].setRecords(name, type, to: records)
            Self.tell(
                SimulatedZoneChange(
                    zone: zones[index].name, serial: state.responder.zones[index].startOfAuthority.serial,
                    names: [name]), state)
            return true
        }
    }

    /// Changes of the zones from now on. Ends when the consumer stops iterating.
    public func changes() -> AsyncStream<SimulatedZoneChange> {
        let (stream, feed) = AsyncStream.makeStream(of: SimulatedZoneChange.self)
        let core = core
        let id = core.state.withLock { state in
            state.lastObserver += 1
            state.observers[state.lastObserver] = feed
            return state.lastObserver
        }
        feed.onTermination = { _ in core.state.withLock { _ = $0.observers.removeValue(forKey: id) } }
        return stream
    }

    // MARK: messages

    /// All messages received, oldest first.
    public var messages: [RecordedDNSMessage] { core.state.withLock { $0.messages } }

    /// Questions received, over both transports.
    public var queries: Int { core.state.withLock { $0.messages.count { !$0.isUpdate } } }

    /// Updates that changed a zone.
    public var appliedUpdates: Int { core.state.withLock { $0.updates } }

    private static func tell(_ change: SimulatedZoneChange, _ state: borrowing State) {
        for observer in state.observers.values { observer.yield(change) }
    }

    private static func answer(_ bytes: [UInt8], isTCP: Bool, core: Core) async -> [UInt8]? {
        let now = UInt64(max(0, core.wallClock()))
        let (outcome, fault) = core.state.withLock { state in
            var dry = state.responder
            var (outcome, fault) = dry.respond(to: bytes, isTCP: isTCP, now: now) { core.faults.next(for: $0) }
            if case .silent = fault {
                // Nobody is to notice the request.
                outcome.change = nil
            } else {
                state.responder = dry
            }
            if let record = outcome.record { state.messages.append(record) }
            if let change = outcome.change {
                state.updates += 1
                tell(change, state)
            }
            return (outcome, fault)
        }
        switch fault {
        case .silent, .commitThenDrop: return isTCP ? await never() : nil
        case .delay(let duration):
            guard (try? await core.clock.sleep(for: duration)) != nil else { return nil }
        default: break
        }
        return outcome.bytes
    }

    /// Waits until the connection is closed.
    private static func never() async -> [UInt8]? {
        let (nothing, feed) = AsyncStream.makeStream(of: [UInt8].self)
        for await _ in nothing {}
        feed.finish()
        return nil
    }
}

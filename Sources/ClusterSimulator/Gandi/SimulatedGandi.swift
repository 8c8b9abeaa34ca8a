import Synchronization

/// Gandi's LiveDNS API, version 5, for the zones that it is given.
///
/// Plain HTTP on the loopback interface: clients take their base URL from a setting.
public final class SimulatedGandi: Sendable {
    /// What goes wrong; a 429 is `.status(429, retryAfter: 5)`.
    public let faults = HTTPFaultPlan()

    /// One record set.
    public struct RecordSet: Sendable, Hashable {
        public var ttl: Int
        public var values: [String]

        public init(ttl: Int, values: [String]) {
            self.ttl = ttl
            self.values = values
        }
    }

    /// Where a record set is kept: its name relative to the zone (`@` for the zone itself) and its type.
    public struct RecordName: Sendable, Hashable, Comparable {
        public var zone: String
        public var name: String
        public var type: String

        public init(zone: String, name: String, type: String) {
            self.zone = zone
            self.name = name
            self.type = type
        }

        public static func < (a: RecordName, b: RecordName) -> Bool {
            (a.zone, a.name, a.type) < (b.zone, b.name, b.type)
        }
    }

    private let core: GandiCore
    private let front: HTTPFront
    private let host: String

    /// - Parameters:
    ///   - zones: such as `example.com`.
    ///   - personalAccessToken: accepted as `Authorization: Bearer`.
    ///   - apiKey: accepted as `Authorization: Apikey`, the deprecated form.
    ///   - sharingID: the organization that owns the zones; requests without this `sharing_id` get 403.
    public init(
        zones: [String], personalAccessToken: String = "pat", apiKey: String? = nil, sharingID: String? = nil,
        host: String = "127.0.0.1", port: Int = 0, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.host = host
        let core = GandiCore(
            zones: zones, credentials: .init(token: personalAccessToken, apiKey: apiKey), sharingID: sharingID)
        self.core = core
        var configuration = HTTPFront.Configuration()
        configuration.host = host
        configuration.port = port
        configuration.clock = clock
        front = HTTPFront(configuration: configuration, faults: faults) { core.respond(to: $0) }
    }

    /// Starts listening; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws { try await front.start() }

    /// Stops listening and drops every connection. Idempotent.
    public func stop() async { await front.stop() }

    public var port: Int { front.port }

    /// What stands for `https://api.gandi.net/v5/livedns`.
    public var baseURL: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/v5/livedns" }

    /// A record set as it is now.
    public subscript(_ name: RecordName) -> RecordSet? {
        get { core.state.withLock { $0.records[name] } }
        set { core.state.withLock { $0.records[name] = newValue } }
    }

    /// Replaces what is accepted: a token expires or is rotated.
    public func setCredentials(personalAccessToken: String?, apiKey: String? = nil) {
        core.state.withLock { $0.credentials = .init(token: personalAccessToken, apiKey: apiKey) }
    }

    /// Requests that read, carried out or refused. Those that a fault replaced are not counted.
    public var reads: Int { core.state.withLock { $0.reads } }

    /// Requests that write, carried out or refused. Those that a fault replaced are not counted.
    public var writes: Int { core.state.withLock { $0.writes } }

    /// Writes that changed a record.
    public var changes: Int { core.state.withLock { $0.changes } }

    /// Waits until a record satisfies a condition, beginning with its present state.
    ///
    /// - Returns: `nil` where the record is absent then, or where the task was cancelled.
    @discardableResult
    public func waitForRecord(
        _ name: RecordName, where condition: @Sendable (RecordSet?) -> Bool
    ) async -> RecordSet? {
        let changes = core.changedRecords()
        let present = self[name]
        if condition(present) { return present }
        for await changed in changes where changed == name {
            let now = self[name]
            if condition(now) { return now }
        }
        return nil
    }
}

import CurlHTTP
import Logging
public import NetworkPrimitives
import Synchronization
public import WANDetection

/// One round of detection as a command asks for it: whom, by which rules, for how long. Checked when it is made.
///
/// Nothing is published and no address was published before. So wherever one of the sources is authenticated, the address
/// needs its vote, as it would before a leader publishes it; where none is, the quorum of one round decides.
public struct DetectionRequest: Sendable {
    /// What cannot be asked, one sentence for each problem.
    public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        public let problems: [String]
        public var description: String { problems.joined(separator: "\n") }
    }

    /// The sources as a user writes them. Where all lists are empty, the built-in sources are asked.
    public struct Sources: Sendable, Hashable {
        public var stun: [String]
        public var http: [String]
        public var dns: [String]
        /// Where lists of STUN servers are kept.
        public var lists: [String]

        public init(stun: [String] = [], http: [String] = [], dns: [String] = [], lists: [String] = []) {
            self.stun = stun
            self.http = http
            self.dns = dns
            self.lists = lists
        }
    }

    public let sources: [AddressSource]
    /// Lists of further STUN servers, loaded when the request is run.
    public let lists: [HTTPURL]
    public let settings: QuorumSettings
    /// Sources that are not asked, and why; the others make a quorum without them.
    public let refused: [(source: AddressSource, why: String)]
    /// Texts that are no sources, each with what is wrong; the others make a quorum without them.
    public let unreadable: [String]

    /// Longest time that a round may be given.
    public static let timeouts: ClosedRange<Duration> = .milliseconds(1) ... .seconds(300)

    /// - Parameters:
    ///   - quorum: operators that have to agree.
    ///   - allowNonGlobal: lets private and loopback addresses be asked and answered, and plain HTTP be used. For tests.
    ///   - timeout: when a round without a quorum ends.
    /// - Throws: everything that is wrong.
    public init(
        _ texts: Sources, quorum: Int = 2, family: IPAddress.Family = .ipv4, allowNonGlobal: Bool = false,
        timeout: Duration = .seconds(10)
    ) throws(Invalid) {
        var problems: [String] = []
        var unreadable: [String] = []
        var sources: [AddressSource] = []
        func add(_ text: String, _ option: String, _ parse: (String) throws -> AddressSource) {
            do { sources.append(try parse(text)) } catch { unreadable.append("\(option): \(error)") }
        }
        for text in texts.stun { add(text, "--stun") { try AddressSource(parsingSTUN: $0) } }
        for text in texts.http {
            add(text, "--http") { try AddressSource(parsingHTTP: $0, allowNonGlobal: allowNonGlobal) }
        }
        for text in texts.dns { add(text, "--dns") { try AddressSource(parsingDNS: $0) } }
        var lists: [HTTPURL] = []
        for text in texts.lists {
            do throws(HTTPURL.ParseError) {
                let url = try HTTPURL(parsing: text)
                let isPermitted = url.isSecure || allowNonGlobal
                if isPermitted { lists.append(url) } else { unreadable.append(Self.plainList(url)) }
            } catch {
                unreadable.append("--stun-list: \"\(HTTPURL.presentable(text))\" \(error)")
            }
        }
        if texts == Sources() { sources = AddressSource.defaults(for: family) }
        if !(1...10).contains(quorum) { problems.append("--quorum is \(quorum); expected a whole number of 1 to 10") }
        if !Self.timeouts.contains(timeout) {
            problems.append("--timeout is \(timeout / .seconds(1)); expected 0.001 to 300 seconds")
        }
        guard problems.isEmpty else { throw Invalid(problems: problems + unreadable) }

        var settings = QuorumSettings(family: family, quorum: quorum, allowNonGlobal: allowNonGlobal)
        settings.timing.deadline = timeout
        // A source that cannot be asked is named, and the rest is used, if it suffices.
        var asked: [AddressSource] = []
        var refused: [(source: AddressSource, why: String)] = []
        for source in sources {
            if let problem = settings.problem(with: source) {
                refused.append((source, problem))
            } else {
                asked.append(source)
            }
        }
        let shortcomings = settings.problems(with: asked, besidesLists: !lists.isEmpty)
        guard shortcomings.isEmpty else {
            let hint = refused.isEmpty || allowNonGlobal ? [] : ["--allow-non-global permits such sources, for tests"]
            let named = unreadable + refused.map(\.why) + hint
            throw Invalid(problems: named + (asked.isEmpty && !named.isEmpty ? [] : shortcomings))
        }
        settings.authenticateChanges = asked.contains(where: \.isAuthenticated)
        self.sources = asked
        self.lists = lists
        self.settings = settings
        self.refused = refused
        self.unreadable = unreadable
    }

    private static func plainList(_ url: HTTPURL) -> String {
        "--stun-list: \(url) is plain HTTP, where anybody on the way can put servers of their own into the list; expected "
            + "https://HOST/PATH"
    }

    /// Loads the lists, if there are any, and runs the round.
    ///
    /// - Throws: ``CurlHTTP/HTTPClientError`` where the system has no threads left for an HTTP client.
    public func run() async throws -> DetectionReport {
        let directory = try await loadLists()
        let listed = directory?.sources ?? []
        let problems = directory?.problems ?? []
        let operators = Set((sources + listed).map(\.operatorName))
        guard operators.count >= settings.quorum else {
            // The lists were to make up for what is missing. Nobody is asked in vain.
            let verdict = Verdict(
                condition: .unconfirmed(
                    .tooFewOperators(known: operators.count, quorum: settings.quorum)), address: nil)
            return DetectionReport(verdict, quorum: settings.quorum, refused: refused, problems: problems)
        }
        let needsClient = sources.contains(where: \.transport.needsHTTPClient)
        let client = needsClient ? try HTTPClient(configuration: clientSettings) : nil
        let lookup = AttendedLookup(
            inner: NetworkLookup(http: client, allowNonGlobal: settings.allowNonGlobal))
        var settings = settings
        if listed.contains(where: \.isAuthenticated) { settings.authenticateChanges = true }
        let detector = try Detector(
            sources: sources, directory: listed.isEmpty ? nil : directory, settings: settings, lookup: lookup,
            clock: PollerClock(),
            logger: Logger(label: "esddns.wan") { _ in SwiftLogNoOpLogHandler() })
        let verdict = await detector.detect(published: nil)
        await client?.shutdown()
        return DetectionReport(
            verdict, quorum: settings.quorum, asked: lookup.asked, refused: refused, problems: problems)
    }

    /// The lists after one attempt to load each; `nil` where there are none.
    private func loadLists() async throws -> HostListDirectory? {
        guard !lists.isEmpty else { return nil }
        // Where a list is kept has nothing to do with the family that is detected.
        let client = try HTTPClient(configuration: HTTPClient.Configuration())
        let directory = HostListDirectory(
            lists: lists,
            loader: HostListLoader(
                transport: client, allowNonGlobal: settings.allowNonGlobal, timeout: settings.timing.deadline),
            logger: Logger(label: "esddns.wan") { _ in SwiftLogNoOpLogHandler() })
        await directory.refresh()
        await client.shutdown()
        return directory
    }

    private var clientSettings: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.addressFamily = settings.family == .ipv6 ? .ipv6 : .ipv4
        configuration.connectTimeout = .seconds(3)
        return configuration
    }
}

/// Remembers who was asked, so that those can be named who had not answered when the round ended.
private final class AttendedLookup: AddressLookup {
    private let inner: NetworkLookup
    private let start = ContinuousClock.now
    private let starts = Mutex<[(source: AddressSource, at: Duration)]>([])

    init(inner: NetworkLookup) { self.inner = inner }

    /// Everybody who was asked, and when.
    var asked: [(source: AddressSource, at: Duration)] { starts.withLock { $0 } }

    func address(from source: AddressSource, family: IPAddress.Family) async throws(SourceError) -> IPAddress {
        let time = start.duration(to: .now)
        starts.withLock { $0.append((source, time)) }
        return try await inner.address(from: source, family: family)
    }
}

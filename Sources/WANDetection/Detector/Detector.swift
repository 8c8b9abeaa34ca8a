public import CurlHTTP
public import Logging
public import NIOCore
public import NIOPosix
public import NetworkPrimitives
import Synchronization

/// Finds the WAN address: whole rounds that end in a ``Verdict``, and cheap probes between them.
///
/// Keeps what one round leaves to the next, so one detector serves one family for the life of the process. Rounds are
/// meant to run one after the other; probes may overlap with anything.
public final class Detector: Sendable {
    private struct State {
        var memory = RoundMemory()
        var latencies = LatencyHistory()
        var nextProbe = 0
    }

    private let sources: [AddressSource]
    /// Whom probes ask in turn: STUN servers, which are the cheapest, or others where there are none. Empty only while
    /// everybody is on a list that has not been loaded.
    private let probeSources: [AddressSource]
    /// Further STUN servers, of lists that change.
    private let directory: HostListDirectory?
    private let settings: QuorumSettings
    private let lookup: any AddressLookup
    private let clock: any Clock<Duration>
    private let metrics: DetectionMetrics
    private let logger: Logger
    private let state = Mutex(State())

    /// Settings and sources that do not fit together, so that no detection is possible.
    public struct InvalidSettings: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence each; at least one.
        public let problems: [String]

        public var description: String { problems.joined(separator: "; ") }
    }

    /// - Parameters:
    ///   - sources: in the order of preference.
    ///   - directory: lists of further STUN servers, asked after the other ones. Whoever makes the detector has to let it
    ///     ``HostListDirectory/run()``.
    ///   - lookup: asks one source.
    ///   - clock: measures and paces rounds.
    /// - Throws: ``InvalidSettings`` with what ``QuorumSettings/problems(with:)`` finds.
    public init(
        sources: [AddressSource], directory: HostListDirectory? = nil, settings: QuorumSettings = QuorumSettings(),
        lookup: any AddressLookup,
        clock: any Clock<Duration> = ContinuousClock(), metrics: DetectionMetrics = DetectionMetrics(),
        logger: Logger = Logger(label: "esddns.wan")
    ) throws(InvalidSettings) {
        let problems = settings.problems(with: sources, besidesLists: directory?.lists.isEmpty == false)
        guard problems.isEmpty else { throw InvalidSettings(problems: problems) }
        self.sources = sources
        self.directory = directory
        let stun = sources.filter { $0.transport == .stunUDP }
        probeSources = stun.isEmpty ? sources : stun
        self.settings = settings
        self.lookup = lookup
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    /// A detector that asks over the network.
    ///
    /// - Parameters:
    ///   - http: for web sources. It must resolve names to the detected family only, follow no redirects and use no
    ///     proxy. `nil` where no web sources are configured.
    ///   - group: whose event loops do the UDP work.
    public convenience init(
        sources: [AddressSource], directory: HostListDirectory? = nil, settings: QuorumSettings = QuorumSettings(),
        http: (any HTTPTransport)?,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        metrics: DetectionMetrics = DetectionMetrics(), logger: Logger = Logger(label: "esddns.wan")
    ) throws(InvalidSettings) {
        try self.init(
            sources: sources, directory: directory, settings: settings,
            lookup: NetworkLookup(http: http, group: group, allowNonGlobal: settings.allowNonGlobal),
            metrics: metrics, logger: logger)
    }

    /// Runs one whole round and returns with its decision; whoever is still being asked then is cancelled.
    ///
    /// Never takes much longer than ``RoundTiming/deadline``. A cancelled task gets a verdict of
    /// ``UnconfirmedReason/cancelled`` soon.
    ///
    /// - Parameter published: the address that the outside world knows, if any.
    public func detect(published: IPAddress?) async -> Verdict {
        let sources = await currentSources()
        let (memory, usualLatency) = state.withLock { ($0.memory, $0.latencies.percentile95) }
        let round = QuorumState(
            sources: sources, published: published, memory: memory, settings: settings, usualLatency: usualLatency)
        let verdict = await run(round, on: self.clock)
        state.withLock { $0.memory.roundEnded(verdict) }
        metrics.roundEnded(verdict)
        return verdict
    }

    /// Asks one source one question: the cheapest way to notice a change. Each call asks the next source of the list.
    ///
    /// One answer decides nothing. A different address, or a failure, is a reason for a whole round.
    public func probe() async -> Observation {
        let listed = directory?.nextSources().filter { $0.transport == .stunUDP } ?? []
        let choice = listed.isEmpty ? probeSources : probeSources.filter { $0.transport == .stunUDP } + listed
        guard !choice.isEmpty else {
            // Everybody is on a list that could not be had yet, and that is where one has to look.
            let list = directory?.lists.first.map { AddressSource.http($0) }
            return Observation(
                source: list ?? .stun(HostPort(host: "nobody.invalid", port: 3478)),
                result: .failure(SourceError(.failed, "no list of STUN servers has been loaded yet")), duration: .zero)
        }
        let source = state.withLock { state in
            defer { state.nextProbe = (state.nextProbe + 1) % choice.count }
            return choice[state.nextProbe % choice.count]
        }
        return await observe(source, on: self.clock)
    }

    /// Whom a round may ask. Waits for the lists only where there is no quorum without them.
    private func currentSources() async -> [AddressSource] {
        guard let directory else { return sources }
        if directory.sources.isEmpty, Set(sources.map(\.operatorName)).count < settings.quorum {
            await directory.refresh()
        }
        let known = Set(sources)
        return sources + directory.nextSources().filter { !known.contains($0) }
    }
}

extension Detector {
    private enum Event: Sendable {
        case observed(Observation)
        case woke(Duration)
    }

    private func run(_ round: QuorumState, on clock: some Clock<Duration>) async -> Verdict {
        var round = round
        let start = clock.now
        return await withTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            var timers: Set<Duration> = []
            var action = round.started()
            while true {
                switch action {
                case .finish(let verdict): return verdict
                case .proceed(let wave, let wakeAt):
                    for source in wave {
                        group.addTask { .observed(await self.observe(source, on: clock)) }
                    }
                    // An earlier timer leads back here and is then followed by this one.
                    if timers.allSatisfy({ $0 > wakeAt }) {
                        timers.insert(wakeAt)
                        group.addTask {
                            try? await clock.sleep(until: start.advanced(by: wakeAt), tolerance: nil)
                            return .woke(wakeAt)
                        }
                    }
                }
                let event = await group.next()
                let now = start.duration(to: clock.now)
                switch event {
                case _ where Task.isCancelled: action = round.cancelled(at: now)
                case .observed(let observation): action = round.observed(observation, at: now)
                case .woke(let time):
                    timers.remove(time)
                    // A clock may wake a little early in its own eyes; the round must not see that.
                    action = round.timerFired(at: max(now, time))
                case nil: action = round.cancelled(at: now)
                }
            }
        }
    }

    private func observe(_ source: AddressSource, on clock: some Clock<Duration>) async -> Observation {
        let start = clock.now
        let result: Result<IPAddress, SourceError>
        do throws(SourceError) {
            result = .success(try await lookup.address(from: source, family: settings.family))
        } catch {
            result = .failure(error)
        }
        let observation = Observation(source: source, result: result, duration: start.duration(to: clock.now))
            .checked(family: settings.family, allowNonGlobal: settings.allowNonGlobal)
        if case .success = result, source.transport == .stunUDP {
            state.withLock { $0.latencies.record(observation.duration) }
        }
        metrics.sourceAnswered(observation)
        logger.debug(
            "address source answered",
            metadata: [
                "source": "\(source)", "operator": "\(source.operatorName)",
                "answer": "\(observation.address?.description ?? "none")",
                "error": "\(observation.errorDescription ?? "none")", "duration": "\(observation.duration)",
            ])
        return observation
    }
}

extension Observation {
    /// The error's text, where there is one.
    public var errorDescription: String? {
        guard case .failure(let error) = result else { return nil }
        return error.description
    }
}

public import Logging
import Synchronization

/// The STUN servers of all lists that are kept on the web, loaded side by side and again from time to time.
///
/// A list that cannot be had, or that is no list, is named in the log; its last servers stay, and the other lists do not wait
/// for it.
public final class HostListDirectory: Sendable {
    private struct State {
        /// In the order of the lists, each shuffled, so that not everybody asks the first of a list.
        var servers: [[AddressSource]]
        /// What was last said of each list.
        var problems: [String?]
        var cursor = 0
    }

    /// Servers that one round gets to choose from. More would only be looked through.
    private static let sampleSize = 64

    /// The lists that are loaded.
    public let lists: [HTTPURL]
    private let loader: HostListLoader
    private let interval: Duration
    private let retry: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - interval: between two loads.
    ///   - retry: before the next load where a list could not be had.
    public init(
        lists: [HTTPURL], loader: HostListLoader, interval: Duration = .seconds(3600), retry: Duration = .seconds(60),
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger = Logger(label: "esddns.wan")
    ) {
        self.lists = lists
        self.loader = loader
        self.interval = interval
        self.retry = retry
        self.clock = clock
        self.logger = logger
        state = Mutex(State(servers: lists.map { _ in [] }, problems: lists.map { _ in nil }))
    }

    /// All servers of all lists.
    public var sources: [AddressSource] { state.withLock { Self.merged($0.servers) } }

    /// What is wrong with lists at the moment, one sentence for each.
    public var problems: [String] { state.withLock { $0.problems.compactMap { $0 } } }

    /// The servers for one round or probe: the next of all, from one call to the next.
    func nextSources() -> [AddressSource] {
        state.withLock { state in
            let all = Self.merged(state.servers)
            guard all.count > Self.sampleSize else { return all }
            let start = state.cursor % all.count
            state.cursor = (start + Self.sampleSize) % all.count
            return Array((all[start...] + all[..<start]).prefix(Self.sampleSize))
        }
    }

    /// Loads every list once, all at the same time.
    ///
    /// - Returns: whether every list could be had.
    @discardableResult
    public func refresh() async -> Bool {
        await withTaskGroup(of: (Int, Result<HostList, SourceError>).self) { group in
            for (index, url) in lists.enumerated() {
                group.addTask { [loader] in
                    do throws(SourceError) {
                        return (index, .success(try await loader.load(url)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var isComplete = true
            for await (index, result) in group {
                if case .failure = result { isComplete = false }
                loaded(result, at: index)
            }
            return isComplete
        }
    }

    /// Keeps the lists loaded until the task is cancelled.
    public func run() async { await run(on: clock) }

    private func run(on clock: some Clock<Duration>) async {
        while !lists.isEmpty, !Task.isCancelled {
            let isComplete = await refresh()
            do {
                try await clock.sleep(for: isComplete ? interval : min(retry, interval))
            } catch {
                return
            }
        }
    }

    private func loaded(_ result: Result<HostList, SourceError>, at index: Int) {
        let url = lists[index]
        let problem: String?
        switch result {
        case .success(let list):
            problem = list.problem.map { "the list of STUN servers \(url): \($0)" }
            state.withLock { $0.servers[index] = list.sources.shuffled() }
        case .failure(let error) where error.code == .cancelled: return
        case .failure(let error):
            problem = "the list of STUN servers \(url) cannot be used: \(error)"
        }
        let before = state.withLock { state in
            defer { state.problems[index] = problem }
            return state.problems[index]
        }
        if let problem, problem != before {
            logger.warning("problem with a list of STUN servers", metadata: ["problem": "\(problem)"])
        }
    }

    private static func merged(_ servers: [[AddressSource]]) -> [AddressSource] {
        guard servers.count > 1 else { return servers.first ?? [] }
        var seen: Set<AddressSource> = []
        return servers.joined().filter { seen.insert($0).inserted }
    }
}

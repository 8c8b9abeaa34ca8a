import CurlHTTP

/// When to list, when to watch and when to wait: the rules of a lasting watch of one object, without any I/O.
///
/// ```
///            +<-------------- silent ----------------+
///            +<---- expired ----+<---- expired ------+
///            v                  |                    |
///   start -> listing --listed-> opening --opened--> watching
///            ^                  ^ ^                  |
///            |                  | +<---- ended ------+
///            +<--- resumed ---> +
///                     |
///                  waiting <---- a failure in any state
/// ```
///
/// Each input is something that has happened, with the time by a monotonic clock; each answers with what to do next.
/// The driver does exactly that and reports what came of it.
struct WatchState: Sendable {
    enum Action: Hashable, Sendable {
        /// List with the field selector and without a version, which is a quorum read.
        case list
        /// Watch from that version. `silence` is for the connection's own time-out; ``read(until:)`` has the moment.
        case open(resourceVersion: String, timeoutSeconds: Int, silence: Duration)
        /// Await the next event until then; report silence if there is none.
        case read(until: Duration)
        /// Tell the consumer, sleep, and report that.
        case wait(Duration, after: KubernetesError)
    }

    /// Why a watch ended; a label of the metric.
    enum Restart: String, Sendable, CaseIterable {
        case ended, silent, expired, failed
    }

    private enum Phase: Sendable {
        case listing, waiting
        case opening(silence: Duration)
        case watching(Session)
    }

    private struct Session: Sendable {
        var openedAt: Duration
        var silence: Duration
        var sawEvent = false
    }

    /// Why the last watch ended; `nil` before the first one has.
    private(set) var lastRestart: Restart?

    private let settings: WatchSettings
    private var generator: any RandomNumberGenerator & Sendable
    private var phase = Phase.listing
    /// Where to go on from; `nil` asks for a list first.
    private var version: String?
    private var backoff: Backoff
    /// Since when there has been no failure, counted from the opening of a watch.
    private var healthySince: Duration?
    /// Silences with no bookmark between them: two, and the server is taken for one that sends none.
    private var silences = 0
    /// Expired versions with no event between them.
    private var expiries = 0
    /// Failures with no event between them.
    private var failures = 0

    init(settings: WatchSettings, generator: any RandomNumberGenerator & Sendable) {
        self.settings = settings
        self.generator = generator
        backoff = settings.backoff
    }

    /// The watcher has begun, or a wait is over.
    mutating func resumed() -> Action {
        guard let version else {
            phase = .listing
            return .list
        }
        let seconds = Int.random(in: settings.sessionSeconds, using: &generator)
        let width = settings.silence.upperBound - settings.silence.lowerBound
        let silence =
            silences < 2
            ? settings.silence.lowerBound + width * Double.random(in: 0...1, using: &generator)
            : .seconds(seconds + 5)
        phase = .opening(silence: silence)
        return .open(resourceVersion: version, timeoutSeconds: seconds, silence: silence)
    }

    mutating func listed(version: String) -> Action {
        self.version = version
        return resumed()
    }

    mutating func listFailed(_ error: KubernetesError, at now: Duration) -> Action { wait(after: error, at: now) }

    mutating func opened(at now: Duration) -> Action {
        var silence = settings.silence.upperBound
        if case .opening(let drawn) = phase { silence = drawn }
        phase = .watching(Session(openedAt: now, silence: silence))
        healthySince = healthySince ?? now
        return .read(until: now + silence)
    }

    mutating func openFailed(_ error: KubernetesError, at now: Duration) -> Action {
        error.isExpired ? expired(error, at: now) : wait(after: error, at: now)
    }

    /// An event, bookmarks included, has arrived.
    ///
    /// - Parameter version: of the object, or of the bookmark; `nil` where the object had none.
    mutating func received(version: String?, isBookmark: Bool, at now: Duration) -> Action {
        self.version = version ?? self.version
        failures = 0
        expiries = 0
        if isBookmark { silences = 0 }
        guard case .watching(var session) = phase else { return resumed() }
        session.sawEvent = true
        phase = .watching(session)
        return .read(until: now + session.silence)
    }

    /// The watch has ended with an error: of the connection, or one that the server sent as an event.
    mutating func failed(_ error: KubernetesError, at now: Duration) -> Action {
        if error.isExpired { return expired(error, at: now) }
        if error.failure == .transport(.timedOut) { return fellSilent(at: now) }
        return wait(after: error, at: now)
    }

    /// The server has ended the watch as it was asked to.
    mutating func ended(at now: Duration) -> Action {
        guard case .watching(let session) = phase else { return resumed() }
        let length = now - session.openedAt
        if !session.sawEvent {
            if length < settings.shortestSession {
                let error = KubernetesError(
                    .unexpectedAnswer, message: "the watch ended at once, without an event")
                return wait(after: error, at: now)
            }
            // Not even a bookmark: either the server sends none, or the version is one that it has yet to reach, as after
            // a restore of its database, and it would keep silent about every change until then.
            if length >= settings.silence.lowerBound { version = nil }
        }
        lastRestart = .ended
        return resumed()
    }

    /// Nothing has arrived for as long as ``Action/read(until:)`` said.
    ///
    /// The next step is a list, not a resumption: whatever the reason for the silence is, the answer is up to date.
    mutating func fellSilent(at now: Duration) -> Action {
        silences += 1
        healthySince = nil
        version = nil
        lastRestart = .silent
        return resumed()
    }

    /// The server has forgotten what followed our version. Listing heals that; if it does not, there is no hurry.
    private mutating func expired(_ error: KubernetesError, at now: Duration) -> Action {
        expiries += 1
        version = nil
        guard expiries == 1 else { return wait(after: error, at: now) }
        lastRestart = .expired
        return resumed()
    }

    private mutating func wait(after error: KubernetesError, at now: Duration) -> Action {
        if let since = healthySince, now - since >= settings.healthyAfter {
            backoff.reset()
            failures = 0
        }
        healthySince = nil
        failures += 1
        lastRestart = .failed
        // A version that leads to nothing but failures may itself be the reason.
        if failures >= 3 || !mayResume(after: error) { version = nil }
        phase = .waiting
        return .wait(backoff.next(after: error, using: &generator), after: error)
    }

    /// Whether the failure says nothing against the version that we hold.
    private func mayResume(after error: KubernetesError) -> Bool {
        switch error.failure {
        case .status(let code, _): code >= 500 || [401, 403, 408, 429].contains(code)
        case .transport(let code): code != .streamOverflow
        case .configuration: true
        case .unexpectedAnswer: false
        }
    }
}

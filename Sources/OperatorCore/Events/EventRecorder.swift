public import Logging
public import Metrics
import Synchronization

/// Posts events about objects, for `kubectl describe` and `kubectl get events`, beside the work and never in its way.
///
/// ``record(_:reason:message:about:namespace:)`` only puts a note into a short queue; ``run()`` posts what is in it. Equal events
/// become one with a count, many similar ones become one, and an object that is told about too often is not told about for a
/// while: ``EventSettings``. Whatever goes wrong ends here: events are help for people, nothing depends on them. A server that
/// refuses them is told about once in the log, and left alone for a while.
///
/// The service account needs the verbs `create` and `patch` on `events` of the core group.
///
/// ```swift
/// let recorder = EventRecorder(api: client, component: "certificate-operator", instance: podName)
/// async let posting: Void = recorder.run()
/// recorder.record(.warning, reason: "IssuerNotFound", message: "no issuer is named ca", about: certificate, namespace: "web")
/// …
/// recorder.finish()
/// await posting
/// ```
public final class EventRecorder: Sendable {
    private let api: any KubernetesAPI
    private let component: String
    private let instance: String
    private let timeline: Timeline
    private let wallClock: @Sendable () -> MicroTime
    private let settings: EventSettings
    private let logger: Logger
    private let notes: AsyncStream<EventCorrelator.Note>
    private let queue: AsyncStream<EventCorrelator.Note>.Continuation
    private let counters: [Outcome: Counter]
    private let lastName = Mutex<Int64>(0)

    /// A label of the metric `kubernetes_events_total`.
    private enum Outcome: String, CaseIterable { case posted, dropped, failed }

    /// - Parameters:
    ///   - component: the program that reports, such as `esddns-leader`.
    ///   - instance: which of its replicas; usually the pod's name.
    ///   - clock: measures rates and waits; has to be monotonic.
    ///   - logger: gets one line at `info` when events begin to be refused.
    public init(
        api: any KubernetesAPI,
        component: String,
        instance: String = "",
        settings: EventSettings = EventSettings(),
        clock: any Clock<Duration> = ContinuousClock(),
        wallClock: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger = Logger(label: "kubernetes.events", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.api = api
        self.component = component
        self.instance = instance
        self.settings = settings
        self.wallClock = wallClock
        self.logger = logger
        timeline = Timeline(clock)
        (notes, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(settings.queue))
        counters = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map {
                (
                    $0,
                    Counter(label: "kubernetes_events_total", dimensions: [("outcome", $0.rawValue)], factory: metrics)
                )
            })
    }

    /// Puts an event into the queue, or drops it where that is full. Returns at once; callable from anywhere.
    ///
    /// - Parameters:
    ///   - reason: one word in upper camel case, such as `LeaderElection`.
    ///   - message: a sentence for people, without secrets; cut at ``Event/maximumMessageBytes``.
    ///   - namespace: of the object, and so of the event.
    public func record<Resource: KubernetesResource>(
        _ severity: Event.Severity = .normal, reason: String, message: String, about object: Resource,
        namespace: String
    ) {
        let note = EventCorrelator.Note(
            involved: Event.reference(to: object, namespace: namespace), namespace: namespace, severity: severity,
            reason: reason, message: message.prefix(utf8Bytes: Event.maximumMessageBytes), time: wallClock())
        if case .dropped = queue.yield(note) { count(.dropped) }
    }

    /// Takes no more events; ``run()`` returns once those in the queue are posted.
    public func finish() { queue.finish() }

    /// Posts events until ``finish()`` or until the task is cancelled, which drops what is left. Call once.
    public func run() async {
        var correlator = EventCorrelator(settings: settings)
        var pausedUntil: Duration?
        var isRefused = false
        for await note in notes {
            if let until = pausedUntil {
                guard timeline.now >= until else {
                    count(.dropped)
                    continue
                }
                pausedUntil = nil
            }
            let (failure, wasCount) = await post(note, &correlator)
            guard let failure else {
                if !wasCount { isRefused = false }
                continue
            }
            if failure.isForbidden || failure.isUnauthorized {
                // Where only `patch` is missing, first events can still be posted.
                if !wasCount { pausedUntil = timeline.now + settings.refusalPause }
                if !isRefused { logger.info("Events are refused", metadata: ["error": "\(failure)"]) }
                isRefused = true
            } else {
                logger.debug("An event could not be posted", metadata: ["error": "\(failure)"])
            }
        }
    }

    /// - Returns: why it was given up, if it was, and whether it was to be counted onto an earlier one.
    private func post(
        _ note: EventCorrelator.Note, _ correlator: inout EventCorrelator
    ) async -> (failure: KubernetesError?, wasCount: Bool) {
        var decision = correlator.decide(note, at: timeline.now)
        var policy = RetryPolicy(maximumTries: settings.tries)
        var generator = SystemRandomNumberGenerator()
        // One name for all tries: a create that was carried out unseen is not repeated.
        let name = newName(for: note)
        var tries = 0
        while true {
            do throws(KubernetesError) {
                switch decision {
                case .drop:
                    count(.dropped)
                case .create(let note):
                    try await create(note, name)
                    correlator.posted(note, as: name, at: timeline.now)
                    count(.posted)
                case .count(let note, let name, let count):
                    try await raise(note, name, to: count)
                    self.count(.posted)
                }
                if case .create = decision { return (nil, false) }
                return (nil, true)
            } catch {
                if error.isNotFound, case .count(let note, _, _) = decision {
                    // Events live for an hour, by default.
                    correlator.posted(note, as: nil, at: timeline.now)
                    decision = .create(note)
                    continue
                }
                tries += 1
                if tries < settings.tries, error.mayHaveBeenApplied || error.retryAfter != nil {
                    let wait =
                        switch policy.failed(error, of: .read, using: &generator) {
                        case .retry(let wait), .readFirst(let wait): wait
                        case .absent, .giveUp: Duration.zero
                        }
                    if (try? await timeline.sleep(for: wait)) != nil { continue }
                }
                count(.failed)
                guard case .create(let note) = decision else { return (error, true) }
                correlator.posted(note, as: nil, at: timeline.now)
                return (error, false)
            }
        }
    }

    private func create(_ note: EventCorrelator.Note, _ name: String) async throws(KubernetesError) {
        let event = Event(
            metadata: ["name": .string(name)], involving: note.involved, reason: note.reason, message: note.message,
            severity: note.severity, component: component, instance: instance, time: note.time)
        do throws(KubernetesError) {
            _ = try await api.create(event, namespace: note.namespace, timeout: settings.requestTimeout)
        } catch  where error.isAlreadyExists {
            // An earlier try of this very event.
        }
    }

    private func raise(_ note: EventCorrelator.Note, _ name: String, to count: Int64) async throws(KubernetesError) {
        let patch: JSONValue = [
            "count": .integer(count), "lastTimestamp": .string(note.time.wholeSeconds),
            "message": .string(note.message.prefix(utf8Bytes: Event.maximumMessageBytes)),
        ]
        _ = try await api.mergePatch(
            Event.self, name: name, namespace: note.namespace, patch: patch, timeout: settings.requestTimeout)
    }

    /// The object's name and a number that this recorder never gives twice, in the form of client-go.
    private func newName(for note: EventCorrelator.Note) -> String {
        let number = lastName.withLock { last in
            last = max(last + 1, note.time.microsecondsSinceEpoch)
            return last
        }
        let object = note.involved["name"]?.string ?? "unnamed"
        return "\(object.prefix(200)).\(String(UInt64(max(0, number)), radix: 16))"
    }

    private func count(_ outcome: Outcome) { counters[outcome]?.increment() }
}

import CurlHTTP
import HTTPTypes
import Logging
import OperatorCore

/// Delivers announcements to a webhook: the driver of a ``DeliveryState``. Never in the way of what is announced.
final class Notifier<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    typealias State = DeliveryState<C.Instant>

    private let webhook: NotificationSettings.Webhook
    private let sender: WebhookSender
    private let clock: C
    private let settings: State.Settings
    private let metrics: NotificationMetrics
    private let failures: FailureLog
    private let inbox: TimedInbox<State.Input, C>

    private static var topic: String { "notifications" }

    init(
        webhook: NotificationSettings.Webhook, sender: WebhookSender, clock: C,
        settings: State.Settings = .init(), metrics: NotificationMetrics, failures: FailureLog
    ) {
        self.webhook = webhook
        self.sender = sender
        self.clock = clock
        self.settings = settings
        self.metrics = metrics
        self.failures = failures
        inbox = TimedInbox(clock: clock)
        metrics.prepareNotifications()
    }

    /// Puts it into the queue where the user wants to hear of it. Returns at once; callable from anywhere.
    func announce(_ announcement: Announcement) {
        if webhook.kinds.contains(announcement.kind) { inbox.send(.announced(announcement)) }
    }

    /// Ends ``run()`` once what is under way is delivered, and soon in any case.
    func stop() { inbox.send(.stopped) }

    /// Until it is stopped or cancelled.
    func run() async {
        var state = State(settings: settings)
        await withDiscardingTaskGroup { group in
            loop: for await input in inbox.inputs {
                for action in state.handle(input, at: clock.now) {
                    switch action {
                    case .send(let announcement):
                        group.addTask { self.inbox.send(await self.send(announcement)) }
                    case .wakeUp(let instant): inbox.wakeUp(at: instant, with: .timerFired, in: &group)
                    case .tell(let news): tell(news)
                    case .end: break loop
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func send(_ announcement: Announcement) async -> State.Input {
        let request: (url: WebhookURL, headers: HTTPFields)
        do {
            request = try webhook.request()
        } catch {
            return failed(.init(label: "invalid_request", text: "\(error)"), announcement, isFinal: true, nil)
        }
        let body = webhook.template.body(for: announcement)
        switch await sender.send(.post, to: request.url, headers: request.headers, body: body) {
        case .accepted: return .accepted
        case .failed(let failure, let retryAfter): return failed(failure, announcement, isFinal: false, retryAfter)
        case .refused(let failure): return failed(failure, announcement, isFinal: true, nil)
        }
    }

    private func failed(
        _ failure: WebhookSender.Failure, _ announcement: Announcement, isFinal: Bool, _ retryAfter: Duration?
    ) -> State.Input {
        // A request that ends because this process does says nothing about the server.
        guard !Task.isCancelled else { return .failed(retryAfter: retryAfter) }
        metrics.failed(failure)
        failures.failed(
            Self.topic,
            saying: isFinal ? "a notification was refused; somebody has to act" : "a notification was not delivered",
            because: failure.text, level: isFinal ? .error : .warning,
            details: ["event": "\(announcement.kind.rawValue)"])
        return isFinal ? .refused : .failed(retryAfter: retryAfter)
    }

    private func tell(_ news: State.News) {
        switch news {
        case .delivered:
            metrics.count(.delivered)
            failures.passed(Self.topic, saying: "notifications are delivered again")
        case .willRetry: break
        case .givenUp: metrics.count(.givenUp)
        case .dropped(let announcement, let total):
            metrics.count(.dropped)
            failures.failed(
                "queue of notifications", saying: "too many notifications wait, the oldest is dropped",
                because: "the queue is full",
                details: ["event": "\(announcement.kind.rawValue)", "total": "\(total)"])
        }
    }
}

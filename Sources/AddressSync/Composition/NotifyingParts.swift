import CurlHTTP
import Logging
import ServiceLifecycle

/// What notifies people outside of the process, where the settings name somebody to notify.
struct NotifyingParts {
    /// Returns at once.
    let announce: @Sendable (Announcement) -> Void
    /// To be started first, so that they are stopped last.
    let services: [any Service]
    private let client: HTTPClient?

    /// - Parameters:
    ///   - transport: a client that may be used for it; `nil`: one is made where it is needed.
    ///   - look: how the process is, for whoever wants to hear that all is well; `nil`: nobody hears.
    init(
        _ settings: NotificationSettings, transport: (any HTTPTransport)? = nil, logger: Logger,
        look: (@Sendable () -> PingState.Condition)? = nil
    ) throws(HTTPClientError) {
        let ping = look == nil ? nil : settings.ping
        guard settings.webhook != nil || ping != nil else {
            (announce, services, client) = ({ _ in }, [], nil)
            return
        }
        client = transport == nil ? try HTTPClient() : nil
        guard let chosen = transport ?? client else {
            (announce, services) = ({ _ in }, [])
            return
        }
        let sender = WebhookSender(transport: chosen)
        let (metrics, failures) = (NotificationMetrics(), FailureLog(logger: logger))
        var services: [any Service] = []
        if let webhook = settings.webhook {
            let notifier = Notifier(
                webhook: webhook, sender: sender, clock: ContinuousClock(), metrics: metrics, failures: failures)
            announce = { notifier.announce($0) }
            services.append(NotifierService(notifier: notifier))
        } else {
            announce = { _ in }
        }
        if let ping, let look {
            services.append(
                PingService(
                    pinger: Pinger(
                        settings: ping, sender: sender, clock: ContinuousClock(), metrics: metrics, failures: failures,
                        look: look)))
        }
        self.services = services
    }

    func shutdown() async { await client?.shutdown() }
}

/// Delivers until the process stops, and a moment longer.
struct NotifierService: Service, CustomStringConvertible {
    let notifier: Notifier<ContinuousClock>
    var description: String { "NotifierService" }

    func run() async throws {
        await withGracefulShutdownHandler {
            await notifier.run()
        } onGracefulShutdown: {
            notifier.stop()
        }
    }
}

/// Pings until the process stops.
struct PingService: Service, CustomStringConvertible {
    let pinger: Pinger<ContinuousClock>
    var description: String { "PingService" }

    func run() async throws { await cancelWhenGracefulShutdown { await pinger.run() } }
}

import CurlHTTP
import HTTPTypes
import Logging
import StatusServer

/// Decides whether a service that watches for pings hears one. A value without I/O.
struct PingState: Sendable {
    /// How the process is.
    enum Condition: Hashable, Sendable {
        /// Another process is the one to ask.
        case silent
        case healthy
        case trouble(String)
    }

    enum Ping: Hashable, Sendable {
        case alive
        case failing(String)
    }

    private var wasTrouble = false

    /// What to send after a look. Trouble that is there for a moment only is not told: at the first look that finds it nothing is
    /// sent, and the second tells it.
    mutating func looked(_ condition: Condition) -> Ping? {
        defer { wasTrouble = if case .trouble = condition { true } else { false } }
        switch condition {
        case .silent: return nil
        case .healthy: return .alive
        case .trouble(let what): return wasTrouble ? .failing(what) : nil
        }
    }
}

/// Tells a service such as healthchecks.io at every interval that all is well, or that it is not: the driver of a ``PingState``.
struct Pinger<C: Clock>: Sendable where C.Duration == Duration {
    let settings: NotificationSettings.Ping
    let sender: WebhookSender
    let clock: C
    let metrics: NotificationMetrics
    let failures: FailureLog
    let look: @Sendable () -> PingState.Condition

    private var topic: String { "pings" }

    /// Until cancelled. The first look is soon, since a process that has just started has been missed.
    func run() async {
        metrics.preparePings()
        var state = PingState()
        var wait = min(settings.interval, .seconds(10))
        while (try? await clock.sleep(for: wait)) != nil {
            wait = settings.interval
            guard let ping = state.looked(look()) else { continue }
            await send(ping)
        }
    }

    private func send(_ ping: PingState.Ping) async {
        let answer: WebhookSender.Answer
        do throws(WebhookURL.ParseError) {
            let url = try settings.currentURL()
            switch ping {
            case .alive:
                answer = await sender.send(settings.method, to: url, headers: [:], body: settings.body(""))
            case .failing(let what):
                answer = await sender.send(
                    settings.method, to: url.ofFailure, headers: [:], body: settings.body(what))
            }
        } catch {
            answer = .refused(.init(label: "invalid_request", text: error.description))
        }
        // A request that ends because this process does says nothing about the server.
        guard !Task.isCancelled else { return }
        switch answer {
        case .accepted:
            metrics.ping(isAccepted: true)
            failures.passed(topic, saying: "pings are accepted again")
        case .failed(let failure, _):
            metrics.ping(isAccepted: false)
            failures.failed(topic, saying: "a ping was not accepted", because: failure.text)
        case .refused(let failure):
            metrics.ping(isAccepted: false)
            failures.failed(
                topic, saying: "a ping was refused; somebody has to act", because: failure.text, level: .error)
        }
    }
}

extension StatusBoard {
    /// What is wrong, for whoever watches from outside; `nil` where nothing is.
    func trouble(with families: [String]) -> String? {
        let checks = (health() + readiness()).compactMap { check in check.failure.map { "\(check.name): \($0)" } }
        if let first = checks.first { return first }
        let report = report()
        for family in families {
            let finding = family == "ipv6" ? report.ipv6 : report.ipv4
            switch finding?.condition ?? .unknown {
            case .confirmed, .multipleEgress: break
            case .unconfirmed: return "the \(family) address is not confirmed"
            case .unknown: return "the \(family) address has not been found yet"
            }
        }
        return report.records.first { $0.phase == .failed }.map { record in
            "\(record.name) \(record.type): \(record.error ?? "failed")"
        }
    }
}

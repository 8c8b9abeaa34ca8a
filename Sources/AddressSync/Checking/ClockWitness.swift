import CurlHTTP
import HTTPTypes
import StatusServer
import Synchronization

/// Compares this machine's clock with the `Date` of every answer that passes by (RFC 9110 section 6.6.1).
final class ClockWitness: Sendable {
    /// What one answer said.
    struct Sighting: Hashable, Sendable {
        var host: String
        /// Seconds by which the clock here is ahead of the server's; negative where it is behind.
        var ahead: Double
        /// How far that may be off: a `Date` has whole seconds, and the way takes time.
        var uncertainty: Double
    }

    private let sightings = Mutex<[String: Sighting]>([:])
    private let wallClock: @Sendable () -> Timestamp
    private let trustsPlainHTTP: Bool

    /// - Parameter trustsPlainHTTP: for tests; anybody on the way can say any time there.
    init(trustsPlainHTTP: Bool, wallClock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }) {
        self.trustsPlainHTTP = trustsPlainHTTP
        self.wallClock = wallClock
    }

    /// The transport, with this witness beside it.
    func watching(_ inner: any HTTPTransport) -> any HTTPTransport { WatchedTransport(inner: inner, witness: self) }

    func now() -> Timestamp { wallClock() }

    /// - Parameters:
    ///   - sent, received: by this machine's clock.
    func answered(_ url: String, _ headers: HTTPFields, sent: Timestamp, received: Timestamp) {
        guard trustsPlainHTTP || url.hasPrefix("https://"), let date = headers[.date].flatMap(Timestamp.init(httpDate:))
        else { return }
        // What a cache has kept was true that long ago.
        let age = headers[.age].flatMap { Int64($0) }.map { min(max($0, 0), 1 << 31) } ?? 0
        let theirs = Double(date.secondsSinceEpoch + age) + 0.5
        let (start, end) = (sent.seconds, received.seconds)
        let host = String(url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { !"/?#".contains($0) })
        let sighting = Sighting(
            host: host, ahead: (start + end) / 2 - theirs, uncertainty: 0.5 + max(0, end - start) / 2)
        sightings.withLock { all in
            // The shortest way tells best.
            guard let known = all[host], known.uncertainty <= sighting.uncertainty else {
                all[host] = sighting
                return
            }
        }
    }

    /// What all answers come to; one server that is wrong does not count.
    func check() -> CheckReport.Check {
        let all = sightings.withLock { $0.values.sorted { ($0.ahead, $0.host) < ($1.ahead, $1.host) } }
        guard let median = all.isEmpty ? nil : all[all.count / 2] else {
            return .warning(
                .clock, "HTTPS", "no answer over HTTPS told the time, so that the clock could not be compared")
        }
        let who = all.count == 1 ? median.host : "\(all.count) servers"
        return Self.check("HTTPS", ahead: median.ahead, uncertainty: median.uncertainty, of: who)
    }

    /// A difference that nothing minds, in seconds.
    private static let tolerance = 5.0
    /// A difference with which signatures still count: those of TSIG, and of AWS, do for 300 s.
    private static let longestTolerance = 120.0

    /// What a difference means.
    static func check(_ subject: String, ahead: Double, uncertainty: Double, of who: String) -> CheckReport.Check {
        let certain = abs(ahead) - uncertainty
        let seconds = Int(abs(ahead).rounded())
        let difference = "the clock here is \(seconds) s \(ahead > 0 ? "ahead of" : "behind") \(who)"
        let advice = "set it, best by NTP, since signatures, certificates and tokens depend on it"
        if certain <= tolerance {
            return .ok(
                .clock, subject, seconds <= 1 ? "the clock here agrees with \(who)" : difference)
        }
        guard certain > longestTolerance else { return .warning(.clock, subject, difference, advice) }
        return .failed(.clock, subject, difference, advice, as: .lasting)
    }
}

private struct WatchedTransport: HTTPTransport {
    let inner: any HTTPTransport
    let witness: ClockWitness

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let sent = witness.now()
        let response = try await inner.send(request)
        witness.answered(request.url, response.headers, sent: sent, received: witness.now())
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        try await inner.stream(request)
    }
}

extension Timestamp {
    fileprivate var seconds: Double { Double(secondsSinceEpoch) + Double(nanoseconds) / 1e9 }
}

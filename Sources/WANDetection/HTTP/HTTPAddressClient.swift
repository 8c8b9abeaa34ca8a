public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

/// Asks web services for the address that they see.
public struct HTTPAddressClient: Sendable {
    /// Bounds of one question.
    public struct Limits: Sendable, Hashable {
        /// On the whole question, with all attempts and pauses.
        public var deadline: Duration
        /// On one attempt.
        public var attempt: Duration
        /// The first pause where the server names none; each further one is twice as long.
        public var pause: Duration
        /// How often a temporary failure is asked again.
        public var retries: Int
        /// On the answer's body. An address needs 40 bytes, a trace document of Cloudflare some 300.
        public var bodyBytes: Int

        public init(
            deadline: Duration = .seconds(6), attempt: Duration = .seconds(4), pause: Duration = .milliseconds(250),
            retries: Int = 2, bodyBytes: Int = 4096
        ) {
            self.deadline = deadline
            self.attempt = attempt
            self.pause = pause
            self.retries = retries
            self.bodyBytes = bodyBytes
        }
    }

    private static let temporary: Set<Int> = [408, 429, 500, 502, 503, 504]

    private let transport: any HTTPTransport
    private let clock: any Clock<Duration>
    private let limits: Limits

    /// - Parameter transport: must resolve names to the asked family only, follow no redirects and use no proxy:
    ///   each of these would report the address of somebody else.
    public init(
        transport: any HTTPTransport, clock: any Clock<Duration> = ContinuousClock(), limits: Limits = Limits()
    ) {
        self.transport = transport
        self.clock = clock
        self.limits = limits
    }

    /// The address of ours that `url` answers with.
    ///
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func address(from url: HTTPURL, family: IPAddress.Family) async throws(SourceError) -> IPAddress {
        try await address(from: url, family: family, on: clock)
    }

    private func address<C: Clock<Duration>>(
        from url: HTTPURL, family: IPAddress.Family, on clock: C
    ) async throws(SourceError) -> IPAddress {
        let start = clock.now
        var pause = limits.pause
        var attempt = 0
        while true {
            let left = limits.deadline - start.duration(to: clock.now)
            let response = try await send(url, timeout: min(limits.attempt, left))
            guard response.status.code != 200 else {
                return try AddressBody(format: .init(of: url)).address(in: response.body, family: family)
            }
            let refusal = Self.refusal(of: response.status)
            let wait = response.retryAfter ?? pause
            // Waiting past the deadline is no use, so an answer that asks for it fails at once.
            guard Self.temporary.contains(response.status.code), attempt < limits.retries,
                start.duration(to: clock.now) + wait < limits.deadline
            else { throw refusal }
            do {
                try await clock.sleep(for: wait)
            } catch {
                throw SourceError(.cancelled, "cancelled")
            }
            attempt += 1
            pause *= 2
        }
    }

    private func send(_ url: HTTPURL, timeout: Duration) async throws(SourceError) -> HTTPClientResponse {
        let request = HTTPClientRequest(
            url: url.text, headers: [.accept: "text/plain, */*;q=0.1"], timeout: timeout,
            maximumBodyBytes: limits.bodyBytes)
        do {
            return try await transport.send(request)
        } catch {
            throw SourceError(error)
        }
    }

    private static func refusal(of status: HTTPResponse.Status) -> SourceError {
        let isRedirect = (300..<400).contains(status.code)
        return SourceError(
            .rejected, "answered HTTP status \(status.code)\(isRedirect ? "; redirects are not followed" : "")")
    }
}

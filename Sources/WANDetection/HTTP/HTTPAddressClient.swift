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
        let request = HTTPClientRequest(url: url.text, headers: [.accept: "text/plain, */*;q=0.1"])
        let body = try await body(answering: request, on: clock)
        return try AddressBody(format: .init(of: url)).address(in: body, family: family)
    }

    /// The address of ours that a DNS server answers `question` with, over HTTPS (RFC 8484).
    ///
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func address(
        asking question: DNSQuestion, at url: HTTPURL, family: IPAddress.Family
    ) async throws(SourceError) -> IPAddress {
        let asking = DNSAddressQuestion(question, id: .random(in: 0...UInt16.max), family: family)
        let type = "application/dns-message"
        let request = HTTPClientRequest(
            method: .post, url: url.text, headers: [.accept: type, .contentType: type], body: try asking.encoded())
        let body = try await body(answering: request, on: clock)
        guard let answer = asking.answer(in: body) else {
            throw SourceError(.invalidAnswer, "answered something that is no DNS answer to the question")
        }
        return try answer.get()
    }

    /// The body of the first answer with status 200; temporary failures are asked again.
    private func body<C: Clock<Duration>>(
        answering request: HTTPClientRequest, on clock: C
    ) async throws(SourceError) -> [UInt8] {
        let start = clock.now
        var pause = limits.pause
        var attempt = 0
        while true {
            let left = limits.deadline - start.duration(to: clock.now)
            let response = try await send(request, timeout: min(limits.attempt, left))
            guard response.status.code != 200 else { return response.body }
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

    private func send(
        _ request: HTTPClientRequest, timeout: Duration
    ) async throws(SourceError) -> HTTPClientResponse {
        var request = request
        request.timeout = timeout
        request.maximumBodyBytes = limits.bodyBytes
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

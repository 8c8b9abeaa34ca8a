import HTTPTypes
import Testing

@testable import CurlHTTP

@Suite("TransferState")
struct TransferStateTests {
    private func collecting(_ method: HTTPRequest.Method = .get, limit: Int = 10) -> TransferState {
        TransferState(method: method, delivery: .collect(maximumBodyBytes: limit), label: "GET http://h/")
    }

    private func streaming() -> TransferState {
        TransferState(method: .get, delivery: .stream, label: "GET http://h/")
    }

    private func receive(_ state: inout TransferState, head lines: [String], retryAfter: Int64 = 0)
        -> TransferState.Action
    {
        var action = TransferState.Action.proceed
        for line in lines {
            action = state.headerReceived(Array((line + "\r\n").utf8), retryAfterSeconds: { retryAfter })
        }
        return action
    }

    private func receive(_ state: inout TransferState, body: [UInt8]) -> TransferState.Action {
        body.withUnsafeBytes { state.bodyReceived($0) }
    }

    private static let okay = ["HTTP/1.1 200 OK", "A: b", ""]

    @Test("Head and body become the response, once")
    func response() {
        var state = collecting()
        #expect(state.requestStarted() == .proceed)
        #expect(receive(&state, head: Self.okay) == .proceed)
        #expect(receive(&state, body: [1, 2]) == .proceed)
        #expect(receive(&state, body: [3]) == .proceed)
        #expect(receive(&state, head: ["Trailer: x"]) == .proceed)
        guard case .respond(let response) = state.ended(nil) else {
            Issue.record("no response")
            return
        }
        #expect(response.status == .ok)
        #expect(response.body == [1, 2, 3])
        #expect(response.headers.count == 1)
        #expect(state.ended(nil) == .nothing)
        #expect(state.ended(HTTPClientError(.shutDown, "")) == .nothing)
    }

    @Test("A regular end before the end of the head is a lost connection", arguments: [0, 1, 2])
    func endInsideHead(lines: Int) {
        var state = collecting()
        _ = state.requestStarted()
        _ = receive(&state, head: Array(Self.okay.prefix(lines)))
        guard case .fail(let error) = state.ended(nil) else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .connectionLost)
    }

    @Test(
        "Only methods that change nothing are repeated",
        arguments: [
            (HTTPRequest.Method.get, true), (.head, true), (.options, true), (.post, false), (.put, false),
            (.patch, false), (.delete, false),
        ])
    func repetition(method: HTTPRequest.Method, expected: Bool) {
        var state = collecting(method)
        #expect(!state.requestWasStarted)
        #expect(state.requestStarted() == .proceed)
        #expect(state.requestWasStarted)
        #expect(state.requestStarted() == (expected ? .proceed : .refuse))
        guard !expected, case .fail(let error) = state.ended(HTTPClientError(.internalError, "aborted by callback"))
        else {
            return
        }
        #expect(error.code == .connectionLost)
        #expect(!error.requestWasNotSent)
    }

    @Test("What was refused explains the end, whatever libcurl calls it")
    func refusal() {
        var state = collecting(limit: 2)
        _ = state.requestStarted()
        _ = receive(&state, head: Self.okay)
        #expect(receive(&state, body: [1, 2, 3]) == .refuse)
        #expect(receive(&state, body: [4]) == .refuse)
        guard case .fail(let error) = state.ended(HTTPClientError(.internalError, "write error")) else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .bodyTooLarge)
        #expect(error.detail.hasPrefix("GET http://h/: "))
    }

    @Test(
        "A length that is too large is refused with the head, unless no body follows",
        arguments: [
            (HTTPRequest.Method.get, "200 OK", TransferState.Action.refuse), (.head, "200 OK", .proceed),
            (.get, "304 Not Modified", .proceed),
        ])
    func announcedLength(method: HTTPRequest.Method, status: String, expected: TransferState.Action) {
        var state = collecting(method)
        _ = state.requestStarted()
        #expect(receive(&state, head: ["HTTP/1.1 \(status)", "Content-Length: 11", ""]) == expected)
    }

    @Test("A stream delivers its head, forwards its body, and ends")
    func stream() {
        var state = streaming()
        _ = state.requestStarted()
        #expect(receive(&state, head: ["HTTP/1.1 103 Early Hints", ""]) == .proceed)
        let head = ResponseHead(
            status: .init(code: 429, reasonPhrase: "Slow"), headers: [.retryAfter: "5"], retryAfter: .seconds(5))
        #expect(receive(&state, head: ["HTTP/1.1 429 Slow", "Retry-After: 5", ""], retryAfter: 5) == .deliver(head))
        #expect(receive(&state, body: [1]) == .forward)
        #expect(state.ended(nil) == .endStream(nil))
        #expect(state.ended(nil) == .nothing)
    }

    @Test("A stream that fails before its head fails the call, afterwards the body")
    func streamFailures() {
        let failure = HTTPClientError(.connectionLost, "gone")
        var early = streaming()
        #expect(early.ended(failure) == .fail(failure))
        var late = streaming()
        _ = late.requestStarted()
        _ = receive(&late, head: Self.okay)
        #expect(late.ended(failure) == .endStream(failure))
        var refused = streaming()
        _ = refused.requestStarted()
        #expect(receive(&refused, head: ["HTTP/1.1 101 Switching Protocols", ""]) == .refuse)
        guard case .fail(let error) = refused.ended(nil) else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .invalidResponse)
    }

    @Test("An overflow ends the stream with its own code")
    func overflow() {
        var state = streaming()
        #expect(state.streamOverflowed(limit: 5) == .refuse)
        _ = state.requestStarted()
        _ = receive(&state, head: Self.okay)
        #expect(state.streamOverflowed(limit: 5) == .refuse)
        guard case .endStream(let error?) = state.ended(HTTPClientError(.internalError, "write error")) else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .streamOverflow)
        #expect(error.detail.contains("5 bytes"))
    }

    @Test("A body without a head is refused")
    func bodyFirst() {
        var state = collecting()
        _ = state.requestStarted()
        #expect(receive(&state, body: [1]) == .refuse)
    }
}

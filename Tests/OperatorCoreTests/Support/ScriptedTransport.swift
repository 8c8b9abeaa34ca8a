import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization

/// Answers requests as a test says, and keeps them.
final class ScriptedTransport: ClosableTransport {
    struct Reply: Sendable {
        var status: Int
        var headers: HTTPFields
        var chunks: [[UInt8]]
        var retryAfter: Duration?
        /// What the exchange ends with, after the chunks.
        var error: HTTPClientError?

        init(
            _ status: Int, _ body: String = "", type: String = "application/json", headers: HTTPFields = [:],
            retryAfter: Duration? = nil
        ) {
            self.init(status, chunks: [Array(body.utf8)], type: type, headers: headers, retryAfter: retryAfter)
        }

        init(
            _ status: Int, chunks: [[UInt8]], type: String = "application/json", headers: HTTPFields = [:],
            retryAfter: Duration? = nil, error: HTTPClientError? = nil
        ) {
            self.status = status
            self.headers = headers
            self.headers[.contentType] = type
            self.chunks = chunks
            self.retryAfter = retryAfter
            self.error = error
        }

        static func failure(_ error: HTTPClientError) -> Reply { Reply(0, chunks: [], error: error) }
    }

    private struct State {
        var requests: [HTTPClientRequest] = []
        var shutdowns = 0
    }

    private let state = Mutex(State())
    private let answer: @Sendable (HTTPClientRequest, Int) async -> Reply

    /// - Parameter answer: gets each request and its number, counted from 0.
    init(_ answer: @escaping @Sendable (HTTPClientRequest, Int) async -> Reply) { self.answer = answer }

    /// Gives the replies in turn, and the last one again and again.
    convenience init(_ replies: Reply...) {
        self.init { _, number in replies[min(number, replies.count - 1)] }
    }

    var requests: [HTTPClientRequest] { state.withLock(\.requests) }
    var shutdowns: Int { state.withLock(\.shutdowns) }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let reply = await reply(to: request)
        if let error = reply.error { throw error }
        return HTTPClientResponse(
            status: .init(code: reply.status), headers: reply.headers, body: reply.chunks.flatMap { $0 },
            retryAfter: reply.retryAfter)
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        let reply = await reply(to: request)
        if reply.status == 0, let error = reply.error { throw error }
        let (body, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        for chunk in reply.chunks { continuation.yield(chunk) }
        continuation.finish(throwing: reply.error)
        return HTTPClientStream(
            status: .init(code: reply.status), headers: reply.headers, retryAfter: reply.retryAfter, body: body)
    }

    func shutdown() async { state.withLock { $0.shutdowns += 1 } }

    private func reply(to request: HTTPClientRequest) async -> Reply {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        return await answer(request, number)
    }
}

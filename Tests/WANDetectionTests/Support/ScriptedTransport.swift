import CurlHTTP
import HTTPTypes
import Synchronization

/// Answers requests one after the other as scripted, and remembers them.
final class ScriptedTransport: HTTPTransport {
    private struct State {
        var answers: [Result<HTTPClientResponse, HTTPClientError>]
        var requests: [HTTPClientRequest] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<HTTPClientResponse, HTTPClientError>]) {
        state = Mutex(State(answers: answers))
    }

    convenience init(body: String) {
        self.init([.success(HTTPClientResponse(status: .ok, body: Array(body.utf8)))])
    }

    var requests: [HTTPClientRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw HTTPClientError(.internalError, "no answer is scripted") }
        return try answer.get()
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "address sources do not stream")
    }
}

import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization

/// A transport that shows the client certificate which a plugin yields, and the next one after that has expired.
///
/// Connections belong to a certificate, so that each gets a client of its own. The client before the present one stays,
/// for what it still has under way; older ones are shut down, which ends their watches.
final class RenewingTransport: ClosableTransport {
    private struct State: Sendable {
        var isShutDown = false
        /// The present client and the one before.
        var clients: [(generation: Int, client: HTTPClient)] = []
    }

    private let source: ExecCredentials
    private let configuration: HTTPClient.Configuration
    /// For credentials without a certificate.
    private let plain: HTTPClient
    private let state = Mutex(State())

    init(source: ExecCredentials, configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        self.source = source
        self.configuration = configuration
        plain = try HTTPClient(configuration: configuration)
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        try await exchange { client throws(HTTPClientError) in
            let response = try await client.send(request)
            return (response, response.status)
        }
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        try await exchange { client throws(HTTPClientError) in
            let stream = try await client.stream(request)
            return (stream, stream.status)
        }
    }

    func shutdown() async {
        let clients = state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [] }
            return state.clients.map(\.client)
        }
        for client in clients { await client.shutdown() }
        await plain.shutdown()
    }

    /// Once more where the server refuses the certificate and the plugin has another. Where there is a token, which is in
    /// the request already, that is up to whoever put it there.
    private func exchange<Response: Sendable>(
        _ perform: (HTTPClient) async throws(HTTPClientError) -> (Response, HTTPResponse.Status)
    ) async throws(HTTPClientError) -> Response {
        let credential = try await credential()
        let (response, status) = try await perform(client(for: credential))
        guard status == .unauthorized, credential.token == nil else { return response }
        await source.refused(credential)
        guard let fresh = try? await source.current(), fresh.token == nil else { return response }
        return try await perform(client(for: fresh)).0
    }

    private func credential() async throws(HTTPClientError) -> ExecCredential {
        do throws(KubernetesError) {
            return try await source.current()
        } catch {
            throw HTTPClientError(.invalidRequest, error.message)
        }
    }

    private func client(for credential: ExecCredential) async throws(HTTPClientError) -> HTTPClient {
        guard let certificate = credential.certificate else { return plain }
        let (client, retired) = try state.withLock { state throws(HTTPClientError) in
            guard !state.isShutDown else { throw HTTPClientError(.shutDown, "the client has been shut down") }
            if let known = state.clients.first(where: { $0.generation == credential.generation }) {
                return (known.client, HTTPClient?.none)
            }
            var configuration = configuration
            configuration.clientCertificate = certificate
            let made = try HTTPClient(configuration: configuration)
            state.clients.insert((credential.generation, made), at: 0)
            return (made, state.clients.count > 2 ? state.clients.removeLast().client : nil)
        }
        await retired?.shutdown()
        return client
    }
}

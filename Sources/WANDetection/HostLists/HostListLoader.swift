public import CurlHTTP
import HTTPTypes

/// Gets a list of STUN servers from the web.
public struct HostListLoader: Sendable {
    /// The largest list in bytes: ten thousand names of the usual length three times over.
    private static let maximumBytes = 1 << 20

    private let transport: any HTTPTransport
    private let allowNonGlobal: Bool
    private let timeout: Duration

    /// - Parameters:
    ///   - allowNonGlobal: keeps servers at private and loopback addresses. For tests.
    ///   - timeout: for one list, from the name to the last byte.
    public init(transport: any HTTPTransport, allowNonGlobal: Bool = false, timeout: Duration = .seconds(10)) {
        self.transport = transport
        self.allowNonGlobal = allowNonGlobal
        self.timeout = timeout
    }

    /// The list at `url`. Redirects are not followed.
    ///
    /// - Throws: ``SourceError`` where there is none, or none with at least one server.
    public func load(_ url: HTTPURL) async throws(SourceError) -> HostList {
        let request = HTTPClientRequest(
            url: url.text, headers: [.accept: "text/plain, */*;q=0.1"], timeout: timeout,
            maximumBodyBytes: Self.maximumBytes)
        let response: HTTPClientResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw SourceError(error)
        }
        guard response.status.code == 200 else {
            throw SourceError(.rejected, "answered HTTP status \(response.status.code)")
        }
        let list = HostList(
            parsing: String(decoding: response.body, as: UTF8.self), allowNonGlobal: allowNonGlobal)
        guard !list.sources.isEmpty else { throw SourceError(.invalidAnswer, list.problem ?? "it is empty") }
        return list
    }
}

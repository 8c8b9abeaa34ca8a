import ClusterSimulator
import CurlHTTP
import DNSRecords
import Logging
import StatusServer

@testable import AddressSync

/// A webhook server, and what sends to it.
enum NotifyingFixture {
    static let path = "/services/T0/secret-path"

    static func webhook(
        _ url: String, kinds: Set<Announcement.Kind> = Set(Announcement.Kind.allCases), headers: String? = nil
    ) throws -> NotificationSettings.Webhook {
        NotificationSettings.Webhook(
            url: try SecretSource(literal: url),
            headers: try headers.map { try SecretSource(literal: $0, isDocument: true) },
            template: .standard, kinds: kinds, allowsHTTP: false)
    }

    static func announcement(_ message: String, _ kind: Announcement.Kind = .addressChanged) -> Announcement {
        Announcement(kind: kind, message: message, time: wallTime(), source: "node-1")
    }

    /// Runs `work` with a server and a client, which trusts `authority` alone where there is one.
    static func run(
        authority: CertificateAuthority? = nil, certificateNames: [String] = ["localhost", "127.0.0.1"],
        _ work: (SimulatedWebhookServer, HTTPClient) async throws -> Void
    ) async throws {
        let server = try SimulatedWebhookServer(authority: authority, certificateNames: certificateNames)
        try await server.start()
        var configuration = HTTPClient.Configuration()
        if let authority { configuration.trustRoots = .pem(Array(authority.certificatePEM.utf8)) }
        let client = try HTTPClient(configuration: configuration)
        do {
            try await work(server, client)
        } catch {
            await client.shutdown()
            await server.stop()
            throw error
        }
        await client.shutdown()
        await server.stop()
    }
}

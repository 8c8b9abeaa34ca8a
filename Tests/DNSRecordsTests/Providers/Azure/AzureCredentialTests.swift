import CurlHTTP
import Foundation
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// How each kind of credentials becomes a token, and what is said where it does not.
@Suite struct AzureCredentialTests {
    private let zone = FakeZone("example.com")
    private static let application = AzureProvider.Application(
        tenantID: FakeAzureIdentity.tenant, clientID: FakeAzureIdentity.client)

    private func provider(
        _ fake: FakeAzureDNS, _ credential: AzureProvider.Credential, uptime: FakeUptime = FakeUptime()
    ) -> AzureProvider {
        AzureProvider(
            transport: fake, credential: credential, subscription: FakeAzureDNS.subscription,
            baseURL: "https://\(fake.host)", uptime: uptime.read)
    }

    private func secret(_ text: String = FakeAzureIdentity.secret) throws -> AzureProvider.Credential {
        .clientSecret(try SecretSource(literal: text), application: Self.application)
    }

    private func wish(_ address: String = "198.51.100.7") throws -> RecordSet {
        RecordSet(name: try #require(RecordName("home.example.com")), address: try #require(IPAddress(address)))
    }

    private func refusal(_ outcome: RecordOutcome) -> String? {
        if case .refused(let message) = outcome { message } else { nil }
    }

    @Test func aClientSecretIsExchangedAndTheTokenKept() async throws {
        let uptime = FakeUptime()
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake, try secret(), uptime: uptime)
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(fake.identity.log == ["POST login.microsoftonline.com"])
        #expect(fake.requests.allSatisfy { $0.timeout != nil })
        uptime.advance(by: .seconds(3200))
        _ = await provider.apply(try wish())
        #expect(fake.identity.issued == 1)
        uptime.advance(by: .seconds(200))
        _ = await provider.apply(try wish())
        #expect(fake.identity.issued == 2)
    }

    @Test func theClustersTokenIsReadAgainFromItsFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("an-old-token\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let fake = FakeAzureDNS(zone)
        let provider = provider(
            fake, .workloadIdentity(token: try SecretSource(file: file.path()), application: Self.application))
        let message = try #require(refusal(await provider.apply(try wish())))
        #expect(!message.contains("an-old-token"))
        try Data(FakeAzureIdentity.federatedToken.utf8).write(to: file)
        #expect(await provider.apply(try wish()).isSuccess)
    }

    @Test(arguments: [
        ("7000215", "its value is needed, not its ID"), ("7000222", "the client secret has expired"),
        ("700016", "no such application in that tenant"), ("90002", "no such tenant"),
        ("700024", "the federated token has expired, or a clock is wrong"),
        ("700212", "its audience api://AzureADTokenExchange"), ("700213", "system:serviceaccount:NAMESPACE:NAME"),
        ("999", "check the application's credentials in Microsoft Entra ID"),
    ])
    func aRefusalSaysWhatToDo(number: String, expected: String) async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let fake = FakeAzureDNS(zone, identity: FakeAzureIdentity(flaw: .refused(number)))
        let message = try #require(refusal(await provider(fake, try secret()).apply(try wish())))
        #expect(message.contains(expected) && message.contains("AADSTS\(number)"), "\(message)")
        #expect(message.contains("<redacted>") && !message.contains("hunter2") && message.count < 500)
        #expect(fake.paths.isEmpty && zone.writes == 0)
    }

    @Test func sovereignCloudsHaveTheirOwnServers() async throws {
        let fake = FakeAzureDNS(
            zone, identity: FakeAzureIdentity(resource: "https://management.chinacloudapi.cn"),
            host: "management.chinacloudapi.cn")
        var application = Self.application
        application.authorityURL = "https://login.chinacloudapi.cn"
        let credential = AzureProvider.Credential.clientSecret(
            try SecretSource(literal: FakeAzureIdentity.secret), application: application)
        #expect(await provider(fake, credential).apply(try wish()).isSuccess)
        #expect(fake.identity.log == ["POST login.chinacloudapi.cn"])
    }

    // MARK: Managed identities

    @Test func oneOfSeveralIdentitiesIsChosenByItsClientID() async throws {
        let identity = FakeAzureIdentity(identities: ["a", FakeAzureIdentity.client])
        let fake = FakeAzureDNS(zone, identity: identity)
        let message = try #require(refusal(await provider(fake, .managedIdentity(clientID: nil)).apply(try wish())))
        #expect(message.contains("Identity not found") && message.contains("set AZURE_CLIENT_ID to one of them"))
        let chosen = provider(fake, .managedIdentity(clientID: FakeAzureIdentity.client))
        #expect(await chosen.apply(try wish()).isSuccess)
    }

    @Test func anAbsentMetadataServerFailsFastAndSaysWhatElseThereIs() async throws {
        let fake = FakeAzureDNS(zone, identity: FakeAzureIdentity(flaw: .metadataServerAbsent))
        let outcome = await provider(fake, .managedIdentity(clientID: nil)).apply(try wish())
        guard case .failed(let message, retriable: true) = outcome else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("outside Azure, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"))
        #expect(fake.requests.count == 1 && fake.requests.allSatisfy { $0.timeout == .seconds(5) })
    }

    @Test func aMachineWithoutIdentityIsToldToGetOne() async throws {
        let fake = FakeAzureDNS(zone, identity: FakeAzureIdentity(flaw: .noIdentity))
        let message = refusal(await provider(fake, .managedIdentity(clientID: nil)).apply(try wish()))
        #expect(message?.contains("assign a managed identity to this machine") == true)
    }

    // MARK: Answers

    @Test(
        arguments: [
            FakeAzureIdentity.Flaw.halfAnAnswer, .expiredAnswer, .htmlAnswer, .endpointDown, .limited,
            .metadataServerUpdating,
        ], [true, false])
    func anAnswerWithoutATokenIsAFailureForNow(flaw: FakeAzureIdentity.Flaw, hasSecret: Bool) async throws {
        guard !(hasSecret && flaw == .metadataServerUpdating) else { return }
        zone.put("home.example.com", ["192.0.2.1"])
        let fake = FakeAzureDNS(zone, identity: FakeAzureIdentity(flaw: flaw))
        let provider = provider(fake, hasSecret ? try secret() : .managedIdentity(clientID: nil))
        switch await provider.apply(try wish()) {
        case .failed(_, retriable: true): #expect(flaw != .limited)
        case .limited(let retryAfter): #expect(flaw == .limited && retryAfter == .seconds(9))
        case let outcome: Issue.record("\(outcome)")
        }
        #expect(fake.paths.isEmpty)
        // Nothing of it is remembered.
        fake.identity.flaw = nil
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(zone.writes == 1)
    }
}

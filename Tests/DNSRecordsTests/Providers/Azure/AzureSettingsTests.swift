import Foundation
import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct AzureSettingsTests {
    private let fake = FakeAzureDNS(FakeZone("example.com"))
    private static let subscription = ["AZURE_SUBSCRIPTION_ID": FakeAzureDNS.subscription]
    private static let ids = [
        "AZURE_TENANT_ID": FakeAzureIdentity.tenant, "AZURE_CLIENT_ID": FakeAzureIdentity.client,
    ]

    private func build(
        _ values: [String: String], environment: [String: String] = [:]
    ) throws(SettingProblems) -> any DNSProvider {
        try ProviderKind.azure.build(
            from: DictionarySettings(
                Dictionary(uniqueKeysWithValues: values.map { ("ESDDNS_\($0)", $1) }), prefix: "ESDDNS_"),
            with: ProviderDependencies(transport: fake, environment: environment))
    }

    private func problems(_ values: [String: String], environment: [String: String] = [:]) -> [String] {
        do throws(SettingProblems) {
            _ = try build(values, environment: environment)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func wish() throws -> RecordSet {
        RecordSet(
            name: try #require(RecordName("home.example.com")), address: try #require(IPAddress("198.51.100.7")))
    }

    @Test func settingsChooseTheCredentials() async throws {
        #expect(await (try build(Self.subscription)).apply(try wish()).isSuccess)
        #expect(fake.identity.log == ["GET 169.254.169.254"])
        let all = Self.subscription.merging(Self.ids) { old, _ in old }
        let secret = all.merging(["AZURE_CLIENT_SECRET": FakeAzureIdentity.secret]) { old, _ in old }
        #expect(await (try build(secret)).apply(try wish()).isSuccess)
        #expect(fake.identity.log.last == "POST login.microsoftonline.com")
    }

    @Test func whatTheWebhookSetsIsEnough() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(FakeAzureIdentity.federatedToken.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let environment = Self.ids.merging([
            "AZURE_FEDERATED_TOKEN_FILE": file.path(), "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
        ]) { old, _ in old }
        #expect(await (try build(Self.subscription, environment: environment)).apply(try wish()).isSuccess)
        #expect(fake.identity.log == ["POST login.microsoftonline.com"])
        // A setting comes first.
        let secret = Self.subscription.merging(["AZURE_CLIENT_SECRET": FakeAzureIdentity.secret]) { old, _ in old }
        #expect(
            problems(
                secret, environment: Self.ids.merging(["AZURE_FEDERATED_TOKEN_FILE": "/nonexistent"]) { old, _ in old })
                == [])
    }

    @Test func namesEverythingThatIsWrong() {
        let all = problems([
            "AZURE_SUBSCRIPTION_ID": "a/b", "AZURE_RESOURCE_GROUP": "a/b", "AZURE_ZONE_KIND": "hidden",
            "AZURE_TENANT_ID": "a b", "AZURE_CLIENT_SECRET": "hunter2", "AZURE_FEDERATED_TOKEN": "hunter3",
            "AZURE_BASE_URL": "management", "AZURE_AUTHORITY_URL": "login", "TTL": "0",
        ])
        let expected = [
            "ESDDNS_AZURE_SUBSCRIPTION_ID=\"a/b\": ", "ESDDNS_AZURE_RESOURCE_GROUP=\"a/b\": ",
            "ESDDNS_AZURE_ZONE_KIND=\"hidden\": expected public or private", "ESDDNS_AZURE_TENANT_ID=\"a b\": ",
            "ESDDNS_AZURE_AUTHORITY_URL=\"login\": ",
            "ESDDNS_AZURE_FEDERATED_TOKEN=<redacted>: expected to be left out",
            "ESDDNS_AZURE_BASE_URL=\"management\": ", "ESDDNS_TTL=\"0\": ",
        ]
        #expect(all.count == expected.count, "\(all)")
        for (problem, start) in zip(all, expected) {
            #expect(problem.hasPrefix(start), "\(problem)")
            #expect(!problem.contains("hunter"))
        }
    }

    @Test func saysWhatIsMissing() {
        #expect(problems([:]).first?.hasPrefix("ESDDNS_AZURE_SUBSCRIPTION_ID: expected the ID") == true)
        let all = problems(Self.subscription.merging(["AZURE_CLIENT_SECRET": "hunter2"]) { old, _ in old })
        #expect(all.map { $0.prefix { $0 != ":" } } == ["ESDDNS_AZURE_TENANT_ID", "ESDDNS_AZURE_CLIENT_ID"])
    }

    @Test func variablesOfAzuresOwnAreNamedAsTheyAre() {
        let environment = [
            "AZURE_FEDERATED_TOKEN_FILE": "/nonexistent", "AZURE_SUBSCRIPTION_ID": FakeAzureDNS.subscription,
        ]
        #expect(
            problems([:], environment: environment).first?.hasPrefix(
                "AZURE_FEDERATED_TOKEN_FILE=\"/nonexistent\": expected the path") == true)
        #expect(
            problems(Self.subscription, environment: ["AZURE_AUTHORITY_HOST": "login"]).first?.hasPrefix(
                "AZURE_AUTHORITY_HOST=\"login\": expected an https URL") == true)
        #expect(
            problems(Self.subscription, environment: ["AZURE_CLIENT_ID": "a b"]).first?.hasPrefix(
                "AZURE_CLIENT_ID=\"a b\": ") == true)
    }
}

import Foundation
import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct GoogleSettingsTests {
    private let fake = FakeCloudDNS(FakeZone("example.com"))

    private func build(
        _ values: [String: String], environment: [String: String] = [:]
    ) throws(SettingProblems) -> any DNSProvider {
        try ProviderKind.google.build(
            from: DictionarySettings(
                Dictionary(uniqueKeysWithValues: values.map { ("ESDDNS_\($0)", $1) }), prefix: "ESDDNS_"),
            with: ProviderDependencies(
                transport: fake, wallClock: WallClock { 1_800_000_000 }, environment: environment))
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

    @Test(arguments: [
        [:], ["GOOGLE_CREDENTIALS": FakeGoogleIdentity.keyFile()],
        [
            "GOOGLE_PROJECT": "example.com:my-project", "GOOGLE_MANAGED_ZONE": "my-zone",
            "GOOGLE_ZONE_VISIBILITY": "private",
            "GOOGLE_BASE_URL": "http://127.0.0.1:8080/dns/v1", "ZONE": "example.com", "TTL": "1",
        ],
    ])
    func accepts(values: [String: String]) {
        #expect(problems(values) == [])
        #expect(fake.requests.isEmpty)
    }

    @Test func namesEverythingThatIsWrong() {
        let all = problems([
            "GOOGLE_CREDENTIALS": "hunter2", "GOOGLE_PROJECT": "My Project", "GOOGLE_MANAGED_ZONE": "a/b",
            "GOOGLE_ZONE_VISIBILITY": "secret", "GOOGLE_BASE_URL": "dns.googleapis.com", "TTL": "0",
        ])
        let expected = [
            "ESDDNS_GOOGLE_CREDENTIALS=<redacted>: expected a service account's key",
            "ESDDNS_GOOGLE_PROJECT=\"My Project\": ",
            "ESDDNS_GOOGLE_MANAGED_ZONE=\"a/b\": ",
            "ESDDNS_GOOGLE_ZONE_VISIBILITY=\"secret\": expected public or private",
            "ESDDNS_GOOGLE_BASE_URL=\"dns.googleapis.com\": ", "ESDDNS_TTL=\"0\": ",
        ]
        #expect(all.count == expected.count)
        for (problem, start) in zip(all, expected) {
            #expect(problem.hasPrefix(start), "\(problem)")
            #expect(!problem.contains("hunter2"))
        }
    }

    @Test func eitherALiteralOrAFile() {
        #expect(
            problems(["GOOGLE_CREDENTIALS": "{}", "GOOGLE_CREDENTIALS_FILE": "/x"]) == [
                "ESDDNS_GOOGLE_CREDENTIALS: expected either this or ESDDNS_GOOGLE_CREDENTIALS_FILE, but both are set"
            ])
        #expect(
            problems(["GOOGLE_CREDENTIALS_FILE": "/nonexistent"]).first?.hasPrefix(
                "ESDDNS_GOOGLE_CREDENTIALS_FILE=\"/nonexistent\": expected the path of a file") == true)
    }

    @Test func federationNeedsAProject() {
        let document = FakeGoogleIdentity.federation(source: ["file": "/t"], isImpersonating: false)
        #expect(problems(["GOOGLE_CREDENTIALS": document]).first?.hasPrefix("ESDDNS_GOOGLE_PROJECT: expected") == true)
        #expect(problems(["GOOGLE_CREDENTIALS": document, "GOOGLE_PROJECT": "p"]) == [])
        #expect(problems(["GOOGLE_CREDENTIALS": document], environment: ["GOOGLE_CLOUD_PROJECT": "p"]) == [])
    }

    @Test func whatGooglesLibrariesLookAtIsHonoured() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(FakeGoogleIdentity.keyFile().utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let provider = try build([:], environment: ["GOOGLE_APPLICATION_CREDENTIALS": file.path()])
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(fake.identity.log == ["POST oauth2.googleapis.com"])
        let wrong = problems([:], environment: ["GOOGLE_APPLICATION_CREDENTIALS": "/nonexistent"])
        #expect(wrong.first?.hasPrefix("GOOGLE_APPLICATION_CREDENTIALS=\"/nonexistent\": expected the path") == true)
        // Our own setting comes first.
        #expect(
            problems(
                ["GOOGLE_CREDENTIALS": FakeGoogleIdentity.keyFile()],
                environment: ["GOOGLE_APPLICATION_CREDENTIALS": "/nonexistent"]) == [])
    }

    @Test func theMetadataServerCanBeElsewhere() async throws {
        let provider = try build([:], environment: ["GCE_METADATA_HOST": "metadata.test:8080"])
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(Set(fake.identity.log) == ["GET metadata.test:8080"])
        #expect(
            problems([:], environment: ["GCE_METADATA_HOST": "a b/c"]).first
                == "GCE_METADATA_HOST=\"a b/c\": expected HOST or HOST:PORT")
    }
}

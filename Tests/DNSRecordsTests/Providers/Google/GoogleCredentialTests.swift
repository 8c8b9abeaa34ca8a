import CryptoExtras
import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// How each kind of credentials becomes a token, and what is said where it does not.
@Suite struct GoogleCredentialTests {
    private let zone = FakeZone("example.com")

    private func provider(
        _ identity: FakeGoogleIdentity, _ document: String? = nil, project: String? = nil, now: UInt64 = 1_800_000_000,
        uptime: FakeUptime = FakeUptime()
    ) throws -> (GoogleProvider, FakeCloudDNS) {
        let fake = FakeCloudDNS(zone, identity: identity)
        let credential: GoogleProvider.Credential =
            if let document {
                .document(try SecretSource(literal: document, isDocument: true))
            } else {
                .metadataServer(host: GoogleMetadataServer.defaultHost)
            }
        let provider = GoogleProvider(
            transport: fake, credential: credential, project: project, wallClock: WallClock { now }, uptime: uptime.read
        )
        return (provider, fake)
    }

    private func wish(_ address: String = "198.51.100.7") throws -> RecordSet {
        RecordSet(name: try #require(RecordName("home.example.com")), address: try #require(IPAddress(address)))
    }

    private func refusal(_ outcome: RecordOutcome) -> String? {
        if case .refused(let message) = outcome { message } else { nil }
    }

    /// A file with the subject token.
    private func withTokenFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path())
    }

    // MARK: Service accounts

    @Test func aServiceAccountsKeySignsForAToken() async throws {
        let uptime = FakeUptime()
        let identity = FakeGoogleIdentity()
        let (provider, fake) = try provider(identity, FakeGoogleIdentity.keyFile(), uptime: uptime)
        guard case .created = await provider.apply(try wish()) else {
            Issue.record("not created")
            return
        }
        #expect(identity.log == ["POST oauth2.googleapis.com"])
        let token = try #require(fake.requests.first)
        #expect(token.url == "https://oauth2.googleapis.com/token" && token.timeout != nil)
        uptime.advance(by: .seconds(3000))
        _ = await provider.apply(try wish())
        #expect(identity.issued == 1)
        uptime.advance(by: .seconds(500))
        _ = await provider.apply(try wish())
        #expect(identity.issued == 2)
    }

    @Test func aWrongClockIsNamed() async throws {
        let (provider, _) = try provider(
            FakeGoogleIdentity(), FakeGoogleIdentity.keyFile(), now: 1_800_000_000 + 7200)
        let message = try #require(refusal(await provider.apply(try wish())))
        #expect(message.contains("the clock of this machine is wrong"))
        #expect(!message.contains("ya29") && message.count < 500)
        #expect(zone.writes == 0)
    }

    @Test func aClockThatIsALittleWrongDoesNoHarm() async throws {
        for now: UInt64 in [1_800_000_000 - 240, 1_800_000_000 + 240] {
            let (provider, _) = try provider(FakeGoogleIdentity(), FakeGoogleIdentity.keyFile(), now: now)
            #expect(await provider.apply(try wish()).isSuccess)
        }
    }

    @Test func aDeletedKeyIsNamedAndItsAssertionIsNot() async throws {
        let (provider, fake) = try provider(FakeGoogleIdentity(flaw: .keyDeleted), FakeGoogleIdentity.keyFile())
        let message = try #require(refusal(await provider.apply(try wish())))
        #expect(message.contains("the key of dns@my-project-1.iam.gserviceaccount.com was deleted or disabled"))
        #expect(message.contains("<redacted>") && !message.contains("eyJ"))
        #expect(fake.paths.isEmpty)
    }

    @Test func aReplacedKeyFileIsUsedForTheNextToken() async throws {
        let other = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let identity = FakeGoogleIdentity()
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(FakeGoogleIdentity.keyFile(["private_key": other.pemRepresentation]).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let provider = GoogleProvider(
            transport: FakeCloudDNS(zone, identity: identity),
            credential: .document(try SecretSource(file: file.path(), isDocument: true)),
            wallClock: WallClock { 1_800_000_000 })
        #expect(refusal(await provider.apply(try wish())) != nil)
        try Data(FakeGoogleIdentity.keyFile().utf8).write(to: file)
        #expect(await provider.apply(try wish()).isSuccess)
        // What is no key any more is refused; the token that there is serves until its end.
        try Data("{}".utf8).write(to: file)
        identity.revokeAll()
        #expect(refusal(await provider.apply(try wish("198.51.100.8")))?.contains("cannot be used") == true)
    }

    @Test func bothFormsOfAKeyAreRead() throws {
        let key = try #require(FakeGoogleIdentity.key)
        for pem in [key.pemRepresentation, key.pkcs8PEMRepresentation] {
            _ = try GoogleCredentials(SecretValue(FakeGoogleIdentity.keyFile(["private_key": pem])))
        }
    }

    @Test(arguments: [
        ("not json", "not a JSON object with a type"), ("[]", "not a JSON object with a type"),
        (#"{"type": "authorized_user"}"#, "which is a person's"),
        (
            #"{"type": "gdch_service_account"}"#,
            #"neither service_account nor external_account: "gdch_service_account""#
        ),
        (#"{"type": "service_account"}"#, "it has no private_key"),
        (FakeGoogleIdentity.keyFile(["private_key": "hunter2"]), "its private_key is not an RSA key"),
        (FakeGoogleIdentity.keyFile(["client_email": 5]), "its client_email is of the wrong type"),
        (FakeGoogleIdentity.keyFile(["token_uri": "http://evil.example/"]), "its token_uri is not an https URL"),
        (
            FakeGoogleIdentity.federation(source: [:], isImpersonating: false),
            "its credential_source names neither a file nor a URL"
        ),
        (
            FakeGoogleIdentity.federation(source: ["environment_id": "aws1"], isImpersonating: false),
            "its credential_source names neither a file nor a URL"
        ),
        (
            FakeGoogleIdentity.federation(source: ["file": "/t", "format": ["type": "json"]], isImpersonating: false),
            "no subject_token_field_name"
        ),
        (
            FakeGoogleIdentity.federation(source: ["file": "/t", "format": ["type": "xml"]], isImpersonating: false),
            "neither text nor json"
        ),
        (
            FakeGoogleIdentity.federation(
                source: ["file": "/t"], isImpersonating: false, ["token_url": "http://sts.example"]),
            "its token_url is not an https URL"
        ),
    ])
    func whatIsWrongWithADocumentIsSaidAndNotQuoted(document: String, expected: String) {
        #expect {
            try GoogleCredentials(SecretValue(document))
        } throws: { error in
            "\(error)".contains(expected) && !"\(error)".contains("hunter2")
        }
    }

    // MARK: Federation

    @Test(arguments: [true, false], [true, false])
    func aTokenInAFileIsExchanged(isJSON: Bool, isImpersonating: Bool) async throws {
        let text =
            isJSON
            ? "{\n \"other\": 1, \"value\": \"\(FakeGoogleIdentity.subjectToken)\"}\n"
            : FakeGoogleIdentity.subjectToken + "\n"
        try await withTokenFile(text) { path in
            var source: [String: Any] = ["file": path]
            if isJSON { source["format"] = ["type": "json", "subject_token_field_name": "value"] }
            let identity = FakeGoogleIdentity()
            let (provider, _) = try provider(
                identity, FakeGoogleIdentity.federation(source: source, isImpersonating: isImpersonating),
                project: FakeGoogleIdentity.project)
            #expect(await provider.apply(try wish()).isSuccess)
            let exchange = ["POST sts.googleapis.com"]
            #expect(identity.log == (isImpersonating ? exchange + ["POST iamcredentials.googleapis.com"] : exchange))
        }
    }

    @Test func aTokenBehindAURLIsExchanged() async throws {
        let identity = FakeGoogleIdentity()
        let (provider, _) = try provider(
            identity,
            FakeGoogleIdentity.federation(
                source: [
                    "url": "http://issuer.test/token?audience=x", "headers": ["Accept": "text/plain"],
                    "format": ["type": "json", "subject_token_field_name": "value"],
                ], isImpersonating: false), project: FakeGoogleIdentity.project)
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(identity.log == ["GET issuer.test", "POST sts.googleapis.com"])
    }

    @Test(arguments: [
        (FakeGoogleIdentity.Flaw.subjectTokenExpired, "the subject token has expired"),
        (.wrongAudience, "issuer, subject or audience"), (.impersonationDenied, "roles/iam.workloadIdentityUser"),
    ])
    func aRefusedExchangeSaysWhatToDo(flaw: FakeGoogleIdentity.Flaw, expected: String) async throws {
        try await withTokenFile(FakeGoogleIdentity.subjectToken) { path in
            let (provider, fake) = try provider(
                FakeGoogleIdentity(flaw: flaw),
                FakeGoogleIdentity.federation(source: ["file": path], isImpersonating: true),
                project: FakeGoogleIdentity.project)
            let message = try #require(refusal(await provider.apply(try wish())))
            #expect(message.contains(expected), "\(message)")
            #expect(!message.contains(FakeGoogleIdentity.subjectToken) && !message.contains("secret-token"))
            #expect(fake.paths.isEmpty && message.count < 500)
        }
    }

    @Test func aMissingTokenFileIsNamed() async throws {
        let (provider, _) = try provider(
            FakeGoogleIdentity(),
            FakeGoogleIdentity.federation(source: ["file": "/nonexistent/token"], isImpersonating: false),
            project: FakeGoogleIdentity.project)
        let message = try #require(refusal(await provider.apply(try wish())))
        #expect(message.contains("/nonexistent/token cannot be opened"))
    }

    // MARK: Metadata server

    @Test func anAbsentMetadataServerFailsFastAndSaysWhatElseThereIs() async throws {
        let (provider, fake) = try provider(FakeGoogleIdentity(flaw: .metadataServerAbsent))
        guard case .failed(let message, retriable: true) = await provider.apply(try wish()) else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("outside Google Cloud, set GOOGLE_CREDENTIALS"))
        #expect(fake.requests.count == 1 && fake.requests.allSatisfy { $0.timeout == .seconds(3) })
    }

    @Test func somethingElseAtItsAddressIsNotBelieved() async throws {
        let (provider, fake) = try provider(
            FakeGoogleIdentity(flaw: .foreignMetadataServer), project: FakeGoogleIdentity.project)
        let outcome = await provider.apply(try wish())
        #expect(outcome.description.contains("is not Google's metadata server"))
        #expect(fake.paths.isEmpty)
    }

    @Test func aMachineWithoutServiceAccountIsToldToGetOne() async throws {
        let (provider, _) = try provider(FakeGoogleIdentity(flaw: .noServiceAccount))
        let message = try #require(refusal(await provider.apply(try wish())))
        #expect(message.contains("attach a service account to this machine"))
    }

    // MARK: Answers

    @Test(
        arguments: [
            FakeGoogleIdentity.Flaw.halfAnAnswer, .expiredAnswer, .notBearer, .htmlAnswer, .endpointDown,
        ], [true, false])
    func anAnswerWithoutATokenIsAFailureForNow(flaw: FakeGoogleIdentity.Flaw, hasKey: Bool) async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let identity = FakeGoogleIdentity(flaw: flaw)
        let (provider, fake) = try provider(identity, hasKey ? FakeGoogleIdentity.keyFile() : nil)
        guard case .failed(_, retriable: true) = await provider.apply(try wish()) else {
            Issue.record("expected a failure")
            return
        }
        #expect(fake.paths.isEmpty)
        // Nothing of it is remembered.
        identity.flaw = nil
        #expect(await provider.apply(try wish()).isSuccess)
        #expect(zone.writes == 1)
    }

    @Test func halfAnImpersonatedTokenIsNone() async throws {
        try await withTokenFile(FakeGoogleIdentity.subjectToken) { path in
            let identity = FakeGoogleIdentity(flaw: .halfImpersonation)
            let (provider, fake) = try provider(
                identity, FakeGoogleIdentity.federation(source: ["file": path], isImpersonating: true),
                project: FakeGoogleIdentity.project)
            guard case .failed(let message, retriable: true) = await provider.apply(try wish()) else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains("service account credentials API answered something unexpected"))
            #expect(fake.paths.isEmpty)
        }
    }
}

import CurlHTTP
import Foundation
import HTTPTypes
import Testing

@testable import DNSRecords

@Suite struct AWSCredentialSourceTests {
    enum Place: String, Sendable, CaseIterable {
        case webIdentity, podIdentity, metadata

        func source(_ services: any HTTPTransport, token: SecretSource? = nil) throws -> any AWSCredentialSource {
            switch self {
            case .webIdentity:
                WebIdentityCredentials(
                    roleARN: FakeAWSServices.role, sessionName: "esddns",
                    token: try token ?? SecretSource(literal: FakeAWSServices.webToken),
                    baseURL: "https://sts.eu-central-1.amazonaws.com", transport: services)
            case .podIdentity:
                ContainerCredentials(
                    url: "http://169.254.170.23/v1/credentials",
                    token: try token ?? SecretSource(literal: FakeAWSServices.podToken), transport: services)
            case .metadata:
                InstanceMetadataCredentials(
                    baseURL: InstanceMetadataCredentials.defaultBaseURL, otherwise: "set the key", transport: services)
            }
        }
    }

    private func failure(_ place: Place, _ fault: FakeAWSServices.Fault) async throws -> ProviderError {
        let chain = AWSCredentialChain(
            [try place.source(FakeAWSServices(fault: fault))], clock: WallClock { FakeAWSServices.now })
        do {
            _ = try await chain.current()
        } catch {
            #expect(!error.message.contains("-token") || error.message.contains("metadata-token-ttl"), "\(error)")
            #expect(!error.message.contains("temporary-secret"))
            return error
        }
        throw ProviderError(.permanent, "there was no failure")
    }

    @Test(arguments: Place.allCases)
    func getsCredentials(_ place: Place) async throws {
        let services = FakeAWSServices()
        let credentials = try #require(try await place.source(services).load())
        #expect(credentials.accessKeyID == "ASIA1")
        #expect(credentials.secretAccessKey.exposed == "temporary-secret-1")
        #expect(credentials.sessionToken?.exposed == "temporary-token-1")
        #expect(credentials.expiration == FakeAWSServices.now + 3600)
        let expected =
            switch place {
            case .webIdentity: ["POST https://sts.eu-central-1.amazonaws.com/"]
            case .podIdentity: ["GET http://169.254.170.23/v1/credentials"]
            case .metadata:
                [
                    "PUT http://169.254.169.254/latest/api/token",
                    "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/",
                    "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/node-role",
                ]
            }
        #expect(services.calls == expected)
    }

    @Test(arguments: Place.allCases)
    func aWrongTokenIsARefusal(_ place: Place) async throws {
        let error = try await failure(place, .wrongToken)
        #expect(error.kind == .refused)
    }

    @Test(arguments: [
        (Place.webIdentity, "trusts this cluster's OIDC provider"), (.podIdentity, "Pod Identity association"),
        (.metadata, "attach an instance profile, or set the key"),
    ])
    func aMissingRoleIsARefusalThatSaysWhatToDo(place: Place, advice: String) async throws {
        let error = try await failure(place, .noRole)
        #expect(error.kind == .refused && error.message.contains(advice), "\(error)")
    }

    @Test(arguments: Place.allCases, ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"])
    func halfAnAnswerIsNone(_ place: Place, missing: String) async throws {
        let error = try await failure(place, .halfAnAnswer(without: missing))
        #expect(error.kind == .temporary && error.message.contains("without \(missing)"), "\(error)")
    }

    @Test(arguments: Place.allCases)
    func credentialsThatHaveExpiredMeanAWrongClock(_ place: Place) async throws {
        let error = try await failure(place, .expired)
        #expect(error.kind == .temporary && error.message.contains("check the clock"), "\(error)")
        #expect(try await failure(place, .badExpiration).message.contains("\"tomorrow\", which is no time"))
    }

    @Test(arguments: Place.allCases)
    func whatIsNoAnswerIsTriedAgain(_ place: Place) async throws {
        for fault in [FakeAWSServices.Fault.malformed, .broken, .silent] {
            #expect(try await failure(place, fault).kind == .temporary)
        }
        guard case .limited = try await failure(place, .limited).kind else {
            Issue.record("throttling was not recognised")
            return
        }
    }

    @Test func withoutAnythingTheMessageSaysWhatThereCouldBe() async throws {
        let error = try await failure(.metadata, .silent)
        #expect(error.message.contains("there are no AWS credentials") && error.message.contains("set the key"))
        #expect(error.message.contains("hop limit of 2") && error.message.count < 400)
    }

    @Test(arguments: [Place.webIdentity, .podIdentity])
    func tokensAreReadAgain(_ place: Place) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("old\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let source = try place.source(FakeAWSServices(), token: SecretSource(file: file.path()))
        await #expect(throws: ProviderError.self) { try await source.load() }
        let right = place == .webIdentity ? FakeAWSServices.webToken : FakeAWSServices.podToken
        try Data("\(right)\n".utf8).write(to: file)
        #expect(try await source.load() != nil)
    }

    @Test func aRoleNameThatWouldLeadElsewhereIsNotFollowed() async throws {
        struct Liar: HTTPTransport {
            func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
                HTTPClientResponse(status: .ok, body: Array((request.method == .put ? "token" : "../x?y").utf8))
            }

            func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
                throw HTTPClientError(.internalError, "")
            }
        }
        await #expect {
            try await Place.metadata.source(Liar()).load()
        } throws: {
            ($0 as? ProviderError)?.message.contains("something unexpected to the question for a role") == true
        }
    }

    @Test(arguments: [
        ("http://169.254.170.23/v1/credentials", true), ("http://[fd00:ec2::23]/v1/credentials", true),
        ("http://169.254.170.2/x", true), ("http://127.0.0.1:8080/x", true), ("http://127.9.9.9/x", true),
        ("http://[::1]:80/x", true), ("http://localhost:1/x", true), ("https://example.com/x", true),
        ("http://example.com/x", false), ("http://192.0.2.1/x", false), ("http://169.254.169.254/x", false),
        ("http://localhost.example.com/x", false), ("http://127.0.0.1@example.com/x", false), ("http://[::2]/x", false),
        ("ftp://127.0.0.1/x", false), ("http://", false), ("", false), ("http:///x", false),
        ("http://127.0.0.1 /x", false),
        ("http://127.0.0.1.example.com/", false), ("http://example.com\\@127.0.0.1/", false),
    ])
    func credentialsAreAskedForOnlyWhereNobodyElseListens(url: String, allowed: Bool) {
        #expect(ContainerCredentials.isAllowed(url) == allowed)
    }

    // MARK: The shared file

    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path())
    }

    private let text = """
        # comment
        aws_access_key_id = ignored
        [default]
        aws_access_key_id=AKIA1
        aws_secret_access_key = a=b/c+
        ; comment
        [ other ] # comment
        AWS_ACCESS_KEY_ID = AKIA2\r
        aws_secret_access_key = secret2\r
        aws_session_token = token2
        s3 =
          aws_access_key_id = nested
        [half]
        aws_access_key_id = AKIA3
        """

    @Test func readsProfilesAgainAtEveryUse() async throws {
        try await withFile(text) { path in
            let source = SharedFileCredentials(path: path, profile: "default", isOptional: true)
            var credentials = try #require(try await source.load())
            #expect(credentials.accessKeyID == "AKIA1" && credentials.secretAccessKey.exposed == "a=b/c+")
            #expect(credentials.sessionToken == nil && credentials.expiration == nil)
            let other = SharedFileCredentials(path: path, profile: "other", isOptional: false)
            credentials = try #require(try await other.load())
            #expect(credentials.accessKeyID == "AKIA2" && credentials.secretAccessKey.exposed == "secret2")
            #expect(credentials.sessionToken?.exposed == "token2")
            try Data("[default]\naws_access_key_id=AKIA9\naws_secret_access_key=s9".utf8).write(to: URL(filePath: path))
            #expect(try await source.load()?.accessKeyID == "AKIA9")
        }
    }

    @Test func whatIsNamedHasToBeThere() async throws {
        try await withFile(text) { path async throws in
            for (path, profile, why) in [
                (path, "missing", "has no profile [missing]"), (path, "half", "lacks aws_access_key_id or"),
                ("/nonexistent/credentials", "default", "/nonexistent/credentials cannot be read"),
            ] {
                await #expect {
                    try await SharedFileCredentials(path: path, profile: profile, isOptional: false).load()
                } throws: {
                    ($0 as? ProviderError)?.kind == .refused && "\($0)".contains(why)
                }
            }
            let missing = SharedFileCredentials(path: path, profile: "missing", isOptional: true)
            #expect(try await missing.load() == nil)
            let nowhere = SharedFileCredentials(path: "/nonexistent/c", profile: "default", isOptional: true)
            #expect(try await nowhere.load() == nil)
        }
    }
}

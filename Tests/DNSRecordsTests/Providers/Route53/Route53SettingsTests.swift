import CurlHTTP
import Foundation
import Testing

@testable import DNSRecords

@Suite struct Route53SettingsTests {
    private let files: [String: String]

    init() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "esddns-token-for-tests")
        try Data("token\n".utf8).write(to: file, options: .atomic)
        files = ["token": file.path()]
    }

    private var token: String { files["token"] ?? "" }

    private func build(_ settings: [String: String], _ environment: [String: String] = [:]) throws -> Route53Provider {
        let prefixed = Dictionary(uniqueKeysWithValues: settings.map { ("ESDDNS_\($0)", $1) })
        let provider = try ProviderKind.route53.build(
            from: DictionarySettings(prefixed, prefix: "ESDDNS_"),
            with: ProviderDependencies(transport: FakeAWSServices(), environment: environment))
        return try #require(provider as? Route53Provider)
    }

    private func problems(_ settings: [String: String], _ environment: [String: String] = [:]) throws -> [String] {
        do {
            _ = try build(settings, environment)
            return []
        } catch let error as SettingProblems {
            return error.problems.map(\.description)
        }
    }

    private static let key = ["ROUTE53_ACCESS_KEY_ID": "AKIA", "ROUTE53_SECRET_ACCESS_KEY": "hunter2"]
    private static let environmentKey = ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2"]

    @Test func findsCredentialsInTheOrderOfAWSTools() throws {
        let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": FakeAWSServices.role]
        let pod = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
        ]
        let home = ["HOME": "/home/someone"]
        func titles(_ settings: [String: String], _ parts: [String: String]...) throws -> [String] {
            try build(settings, parts.reduce([:]) { $0.merging($1) { $1 } }).credentials.titles
        }
        #expect(try titles(Self.key, Self.environmentKey, web, pod, home) == ["ESDDNS_ROUTE53_ACCESS_KEY_ID"])
        #expect(try titles([:], Self.environmentKey, web, pod, home) == ["AWS_ACCESS_KEY_ID in the environment"])
        #expect(try titles([:], web, pod, home) == ["the web identity for \(FakeAWSServices.role)"])
        #expect(
            try titles([:], pod, home) == [
                "the profile default in /home/someone/.aws/credentials",
                "the container credentials at http://169.254.170.23/v1/credentials",
            ])
        #expect(
            try titles([:], ["AWS_SHARED_CREDENTIALS_FILE": "/c", "AWS_PROFILE": "dns"]) == [
                "the profile dns in /c", "the EC2 instance metadata",
            ])
        #expect(try titles([:]) == ["the EC2 instance metadata"])
        #expect(
            try titles([:], home, ["AWS_EC2_METADATA_DISABLED": "TRUE"]) == [
                "the profile default in /home/someone/.aws/credentials"
            ])
        #expect(
            try titles([:], ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?id=1"]) == [
                "the container credentials at http://169.254.170.2/v2/x"
            ])
    }

    @Test(arguments: [
        (nil, "https://route53.amazonaws.com", "us-east-1"),
        ("eu-central-1", "https://route53.amazonaws.com", "us-east-1"),
        ("cn-north-1", "https://route53.amazonaws.com.cn", "cn-northwest-1"),
        ("us-gov-east-1", "https://route53.us-gov.amazonaws.com", "us-gov-west-1"),
        ("eusc-de-east-1", "https://route53.amazonaws.eu", "eusc-de-east-1"),
    ])
    func theRegionTellsThePartition(region: String?, url: String, signingRegion: String) throws {
        let variables = region.map { ["AWS_REGION": $0] } ?? [:]
        let provider = try build(Self.key, variables)
        #expect(provider.baseURL == url && provider.signature.region == signingRegion)
        guard let region else { return }
        let settings = Self.key.merging(["ROUTE53_REGION": region]) { $1 }
        #expect(try build(settings, ["AWS_REGION": "cn-north-1"]).baseURL == url)
    }

    @Test func stsIsAskedInTheOwnRegion() {
        #expect(
            AWSPartition(region: "eu-central-1").stsURL(region: "eu-central-1")
                == "https://sts.eu-central-1.amazonaws.com")
        #expect(
            AWSPartition(region: "cn-north-1").stsURL(region: "cn-north-1") == "https://sts.cn-north-1.amazonaws.com.cn"
        )
        #expect(AWSPartition(region: nil).stsURL(region: nil) == "https://sts.amazonaws.com")
    }

    @Test func acceptsAllSettings() throws {
        let provider = try build(
            Self.key.merging([
                "ROUTE53_SESSION_TOKEN": "t", "ROUTE53_ZONE_ID": "/hostedzone/Z1D633PJN98FT9", "ZONE": "example.com",
                "ROUTE53_BASE_URL": "http://127.0.0.1:5000/", "TTL": "0", "ROUTE53_STS_BASE_URL": "http://127.0.0.1:1",
                "ROUTE53_METADATA_BASE_URL": "http://127.0.0.1:2",
            ]) { $1 })
        #expect(provider.zoneID == "Z1D633PJN98FT9" && provider.baseURL == "http://127.0.0.1:5000")
        #expect(provider.ttlPolicy.configured == 0)
    }

    @Test(
        arguments: [
            (["ROUTE53_ACCESS_KEY_ID": "AKIA"], [:], ["ESDDNS_ROUTE53_SECRET_ACCESS_KEY: expected the secret"]),
            (["ROUTE53_SECRET_ACCESS_KEY": "hunter2"], [:], ["ESDDNS_ROUTE53_ACCESS_KEY_ID: expected the access key"]),
            (["ROUTE53_SESSION_TOKEN": "hunter2"], [:], ["ESDDNS_ROUTE53_ACCESS_KEY_ID: expected the access key"]),
            (
                key.merging([
                    "ROUTE53_ZONE_ID": "Z 1", "ROUTE53_REGION": "EU", "TTL": "-1", "ROUTE53_BASE_URL": "x",
                    "ROUTE53_STS_BASE_URL": "http://a?b", "ROUTE53_METADATA_BASE_URL": "ftp://x",
                ]) { $1 }, [:],
                [
                    "ESDDNS_ROUTE53_REGION=\"EU\": expected an AWS region", "ESDDNS_ROUTE53_BASE_URL=\"x\": expected",
                    "ESDDNS_ROUTE53_STS_BASE_URL=", "ESDDNS_ROUTE53_METADATA_BASE_URL=\"ftp://x\"",
                    "ESDDNS_ROUTE53_ZONE_ID=\"Z 1\": expected the ID",
                    "ESDDNS_TTL=\"-1\": expected a number of seconds from 0",
                ]
            ),
            ([:], ["AWS_ACCESS_KEY_ID": "AKIA"], ["AWS_SECRET_ACCESS_KEY: expected AWS credentials"]),
            ([:], ["AWS_SECRET_ACCESS_KEY": "hunter2"], ["AWS_ACCESS_KEY_ID: expected AWS credentials"]),
            (
                [:], ["AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/hunter"],
                [
                    "AWS_WEB_IDENTITY_TOKEN_FILE=\"/nonexistent/hunter\": expected the path",
                    "AWS_ROLE_ARN: expected the role",
                ]
            ),
            (
                [:], ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://u:hunter2@example.com/x?hunter2"],
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI=\"http://example.com/x\": expected an https URL"]
            ),
            (
                [:], ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@example.com/"],
                ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=\"@example.com/\": expected a path"]
            ),
            (
                [:],
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nonexistent/t",
                ], ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=\"/nonexistent/t\": expected the path"]
            ),
            (
                [:], ["AWS_EC2_METADATA_DISABLED": "true"],
                [
                    "ESDDNS_ROUTE53_ACCESS_KEY_ID: expected an access key; it is not set, and neither are other AWS credentials"
                ]
            ),
            ([:], ["AWS_REGION": "evil.example.com/"], ["AWS_REGION=\"evil.example.com/\": expected an AWS region"]),
        ] as [([String: String], [String: String], [String])])
    func reportsEverythingThatIsWrongAtOnce(
        settings: [String: String], environment: [String: String], expected: [String]
    ) throws {
        let problems = try problems(settings, environment)
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) {
            #expect(problem.hasPrefix(start), "\(problem)")
            #expect(!problem.contains("hunter2"))
        }
    }
}

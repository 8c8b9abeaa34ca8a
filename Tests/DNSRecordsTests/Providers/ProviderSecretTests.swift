import Foundation
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// Every provider notices that one of its secrets was replaced, whichever it is.
@Suite struct ProviderSecretTests {
    /// What a provider needs beside the secret; and which other secrets belong to it.
    private static let others: [String: [String: String]] = [
        "rfc2136": ["RFC2136_SERVER": "ns.example.com", "RFC2136_KEY_NAME": "k"],
        "powerdns": ["POWERDNS_BASE_URL": "http://powerdns.example.com:8081"],
        "dyndns2": ["DYNDNS2_SERVER": "noip", "DYNDNS2_USERNAME": "me"],
        "azure": [
            "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
            "AZURE_TENANT_ID": "00000000-0000-0000-0000-000000000002",
            "AZURE_CLIENT_ID": "00000000-0000-0000-0000-000000000003",
        ],
    ]
    private static let together = ["ROUTE53_ACCESS_KEY_ID", "ROUTE53_SECRET_ACCESS_KEY", "ROUTE53_SESSION_TOKEN"]

    private static let secrets: [(kind: String, secret: String)] = ProviderRegistry.all.flatMap { kind in
        kind.settings.filter(\.isSecret).map { (kind.name, $0.name) }
    }

    /// Something that the setting accepts, differing from number to number.
    private static func value(of secret: String, _ number: Int) throws -> String {
        switch secret {
        case "RFC2136_KEY_SECRET":
            return Data("a key for tests, number \(number), of enough bytes".utf8).base64EncodedString()
        case "GOOGLE_CREDENTIALS":
            var document = try #require(
                try JSONSerialization.jsonObject(with: Data(FakeGoogleIdentity.keyFile().utf8)) as? [String: Any])
            document["private_key_id"] = "\(number)"
            return String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
        case "ROUTE53_ACCESS_KEY_ID": return "AKIAIOSFODNN7EXAMPL\(number)"
        default: return "secret-number-\(number)-abcdefghijklmnopqrstuvwxyz"
        }
    }

    @Test(arguments: secrets)
    func aReplacedSecretIsNoticed(kind: String, secret: String) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var settings = Self.others[kind] ?? [:]
        for name in Self.together.contains(secret) ? Self.together : [secret] {
            let file = directory.appending(path: name)
            try Data(try Self.value(of: name, 1).utf8).write(to: file)
            settings[name + "_FILE"] = file.path
        }
        let provider = try ProviderRegistry.kind(named: kind).build(
            from: DictionarySettings(settings),
            with: ProviderDependencies(transport: FakeLiveDNS(FakeZone("example.com"))))
        let before = provider.secretRevision()
        #expect(provider.secretRevision() == before)
        try Data(try Self.value(of: secret, 2).utf8).write(to: directory.appending(path: secret))
        #expect(provider.secretRevision() != before)
    }

    @Test func credentialsThatOtherProgramsShareAreNoticedAsWell() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        func put(_ key: String) throws {
            try Data("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = \(key)\n".utf8)
                .write(to: file)
        }
        try put("one")
        let transport = FakeLiveDNS(FakeZone("example.com"))
        let variables: [[String: String]] = [
            ["AWS_SHARED_CREDENTIALS_FILE": file.path],
            ["AWS_WEB_IDENTITY_TOKEN_FILE": file.path, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/dns"],
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file.path,
            ],
        ]
        for (number, environment) in variables.enumerated() {
            if number > 0 { try Data("token".utf8).write(to: file) }
            let provider = try ProviderKind.route53.build(
                from: DictionarySettings([:]),
                with: ProviderDependencies(transport: transport, environment: environment))
            let before = provider.secretRevision()
            if number > 0 { try Data("another".utf8).write(to: file) } else { try put("two") }
            #expect(provider.secretRevision() != before, "\(environment.keys.sorted())")
        }
    }
}

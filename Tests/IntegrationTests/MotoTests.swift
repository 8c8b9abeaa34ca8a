import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization
import TestSupport
import Testing

@testable import DNSRecords

/// Route 53 as Moto imitates it (`scripts/install-moto.sh`), looked at with AWS's own Python library.
@Suite(.timeLimit(.minutes(2))) struct MotoTests {
    /// A clock that is a second further every time somebody looks, so that no limit per second is ever reached.
    private final class SteppingUptime: Sendable {
        private let seconds = Atomic(0)
        func next() -> Duration { .seconds(seconds.add(1, ordering: .relaxed).newValue) }
    }

    /// Runs `body` with a server and a provider that reaches it over HTTP.
    private func withProvider(
        _ settings: [String: String] = [:], environment: [String: String] = [:],
        prepare: (MotoServer) async throws -> Void = { _ in },
        _ body: (MotoServer, any DNSProvider) async throws -> Void
    ) async throws {
        try await MotoServer.run { server async throws in
            try await prepare(server)
            try await withHTTPClient { client async throws in
                let uptime = SteppingUptime()
                var values = ["ROUTE53_BASE_URL": server.url, "ROUTE53_STS_BASE_URL": server.url]
                if environment.isEmpty {
                    values["ROUTE53_ACCESS_KEY_ID"] = "AKIATESTS"
                    values["ROUTE53_SECRET_ACCESS_KEY"] = "secret"
                }
                let provider = try ProviderRegistry.kind(named: "route53").build(
                    from: DictionarySettings(values.merging(settings) { $1 }),
                    with: ProviderDependencies(
                        transport: client, uptime: { uptime.next() }, environment: environment))
                try await body(server, provider)
            }
        }
    }

    private func set(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try DomainName(parsing: name), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func createsAndChangesRecordsOfAllKinds() async throws {
        try await withProvider { server in
            let id = try await server.createZone("example.com.")
            try await server.put(
                #"{"Name": "home.example.com.", "Type": "A", "TTL": 1234, "ResourceRecords": [{"Value": "192.0.2.1"}]}"#,
                zone: id)
            try await server.put(
                #"{"Name": "home.example.com.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": "\"leave me alone\""}]}"#,
                zone: id)
        } _: { server, provider in
            let before = try set("home.example.com", "192.0.2.1", ttl: 1234)
            let after = try set("home.example.com", "203.0.113.9", "198.51.100.7", ttl: 1234)
            let wish = try set("home.example.com", "203.0.113.9", "198.51.100.7")
            #expect(await provider.apply(wish) == .changed(from: before, to: after))
            #expect(await provider.apply(wish) == .inSync(after))
            for name in ["example.com", "*.example.com", "a.b.c.example.com.", "XN--Bcher-KVA.example.com"] {
                for addresses in ["198.51.100.7", "2001:db8::7"] {
                    let wish = try set(name, addresses)
                    guard case .created = await provider.apply(wish) else {
                        Issue.record("\(wish) was not created")
                        return
                    }
                }
            }
            let mark = RecordSet(name: try DomainName(parsing: "_esddns-a.example.com"), text: #"a "mark" \ here"#)
            guard case .created = await provider.apply(mark),
                case .inSync = await provider.apply(mark)
            else {
                Issue.record("the text was not created, or is another afterwards")
                return
            }
            let lines = try await server.records().map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
            #expect(
                Set(lines) == [
                    "home.example.com. A 1234 198.51.100.7 203.0.113.9",
                    "home.example.com. TXT 60 \"leave me alone\"",
                    "example.com. A 300 198.51.100.7", "example.com. AAAA 300 2001:db8::7",
                    "\\052.example.com. A 300 198.51.100.7", "\\052.example.com. AAAA 300 2001:db8::7",
                    "a.b.c.example.com. A 300 198.51.100.7", "a.b.c.example.com. AAAA 300 2001:db8::7",
                    "xn--bcher-kva.example.com. A 300 198.51.100.7", "xn--bcher-kva.example.com. AAAA 300 2001:db8::7",
                    #"_esddns-a.example.com. TXT 300 "a \042mark\042 \134 here""#,
                ])
        }
    }

    @Test func leavesAliasesAndWeightedSetsAlone() async throws {
        try await withProvider { server in
            let id = try await server.createZone("example.com.")
            for set in [
                #"{"Name": "lb.example.com.", "Type": "A", "AliasTarget": {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net.", "EvaluateTargetHealth": false}}"#,
                #"{"Name": "blue.example.com.", "Type": "A", "SetIdentifier": "blue", "Weight": 1, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}"#,
                #"{"Name": "www.example.com.", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "home.example.com"}]}"#,
            ] {
                try await server.put(set, zone: id)
            }
        } _: { server, provider in
            let before = try await server.records()
            for (name, why) in [
                ("lb.example.com", "alias of d1.cloudfront.net"), ("blue.example.com", "routing policy"),
                ("www.example.com", "alias (CNAME) of home.example.com"),
            ] {
                guard
                    case .failed(let message, retriable: false) = await provider.apply(
                        try set(name, "203.0.113.9"))
                else {
                    Issue.record("\(name) was changed")
                    return
                }
                #expect(message.contains(why), "\(message)")
            }
            #expect(try await server.records() == before)
        }
    }

    @Test func findsThePublicZone() async throws {
        try await withProvider { server in
            _ = try await server.createZone("example.com.", isPrivate: true)
            _ = try await server.createZone("example.com.")
        } _: { server, provider in
            guard case .created = await provider.apply(try set("home.example.com", "203.0.113.9")) else {
                Issue.record("not created")
                return
            }
            #expect(try await server.records().count == 1)
            switch await provider.apply(try set("home.example.org", "203.0.113.9")) {
            case .failed(let message, retriable: false): #expect(message.contains("no zone for home.example.org"))
            case let outcome: Issue.record("\(outcome)")
            }
        }
    }

    @Test func assumesARoleByAWebIdentity() async throws {
        try await TestProgram.withDirectory { directory async throws in
            let token = directory.appending(path: "token")
            try Data("a.web.token\n".utf8).write(to: token)
            try await withProvider(environment: [
                "AWS_WEB_IDENTITY_TOKEN_FILE": token.path(), "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/dns",
            ]) { server in
                _ = try await server.createZone("example.com.")
            } _: { server, provider in
                guard case .created = await provider.apply(try set("home.example.com", "203.0.113.9")) else {
                    Issue.record("not created")
                    return
                }
                #expect(try await server.records().count == 1)
            }
        }
    }

    // MARK: Signatures

    private struct Wanted: Encodable {
        var method, url, body, id, secret: String
        var token: String?
        var headers: [String: String]
        var time: UInt64
    }

    @Test func signsAsAWSsOwnLibraryDoes() async throws {
        var generator = SeededGenerator(seed: 53)
        let characters = Array("abcXYZ019-._~ *+=&/?%@:;,'\"\\äሴ")
        func text(_ longest: Int) -> String {
            String(
                (0..<Int.random(in: 0...longest, using: &generator)).compactMap { _ in
                    characters.randomElement(using: &generator)
                })
        }
        var wanted: [String] = []
        var ours: [String?] = []
        for index in 0..<200 {
            let token = Bool.random(using: &generator) ? "FwoGZXIvYXdz+/\(index)==" : nil
            let time = UInt64.random(in: 0...4_000_000_000, using: &generator)
            let body = Bool.random(using: &generator) ? "<a>\(text(20))</a>" : nil
            let request = AWSSignature.Request(
                method: body == nil ? .get : .post,
                baseURL: ["https://route53.amazonaws.com", "http://127.0.0.1:5000", "https://h.example:443/p"]
                    .randomElement(
                        using: &generator) ?? "",
                path: "/2013-04-01/hostedzone/Z\(index)/rrset",
                query: (0..<Int.random(in: 0...4, using: &generator)).map { ("p\($0 % 3)" + text(3), text(12)) },
                headers: body == nil ? [] : [("Content-Type", "text/xml")], body: body.map { Array($0.utf8) })
            let credentials = AWSCredentials(
                accessKeyID: "AKIA\(index)", secretAccessKey: SecretValue("secret/\(index)"),
                sessionToken: token.map { SecretValue($0) }, origin: "a test")
            let signed = AWSSignature(region: "us-east-1", service: "route53").signed(
                request, by: credentials, at: time)
            ours.append(signed.headers[.authorization])
            let line = try JSONEncoder().encode(
                Wanted(
                    method: request.method.rawValue, url: signed.url, body: body ?? "", id: "AKIA\(index)",
                    secret: "secret/\(index)", token: token, headers: Dictionary(request.headers) { $1 }, time: time))
            wanted.append(String(decoding: line, as: UTF8.self))
        }
        #expect(try await MotoServer.signatures(of: wanted) == ours)
    }
}

import NetworkPrimitives
import Testing

@testable import AddressSync

@Suite struct RecordDeclarationTests {
    private func parse(_ text: String, node: String = "node-7") throws -> [RecordDeclaration] {
        try RecordDeclaration.parse(text, node: node, standard: ProviderChoice(kind: "gandi"))
    }

    @Test(arguments: [
        ("home.example.com", ["home.example.com A gandi"]),
        ("home.example.com/A", ["home.example.com A gandi"]),
        ("home.example.com/aaaa", ["home.example.com AAAA gandi"]),
        ("home.example.com/A+AAAA", ["home.example.com A gandi", "home.example.com AAAA gandi"]),
        ("home.example.com/600", ["home.example.com A gandi 600"]),
        ("home.example.com/AAAA/600@route53", ["home.example.com AAAA route53 600"]),
        ("home.example.com@cloudflare:Work", ["home.example.com A cloudflare:work"]),
        ("nas.example.com/::10", ["nas.example.com AAAA gandi ::10"]),
        (
            "nas.example.com/A+AAAA/::10/60@rfc2136",
            ["nas.example.com A rfc2136 60", "nas.example.com AAAA rfc2136 60 ::10"]
        ),
        ("{node}.edge.example.com", ["node-7.edge.example.com A gandi own"]),
        ("*.{node}.example.com/AAAA", ["*.node-7.example.com AAAA gandi own"]),
    ])
    func saysNameTypesTTLAndProvider(text: String, expected: [String]) throws {
        let shown = try parse(text).map { record in
            var parts = [record.description, record.provider.description]
            if let ttl = record.ttl { parts.append("\(ttl)") }
            if let suffix = record.interfaceIdentifier { parts.append(suffix.description) }
            if record.isPerNode { parts.append("own") }
            return parts.joined(separator: " ")
        }
        #expect(shown == expected)
    }

    @Test(arguments: [
        ("home.example.com/MX", #""MX" is neither A, AAAA"#), ("home.example.com/", "neither A, AAAA"),
        ("home.example.com/TXT", "neither A, AAAA"), ("home.example.com/A/AAAA", "names types twice"),
        ("home.example.com/60/70", "two TTLs"), ("home.example.com/A/::1", "for records of type AAAA"),
        ("home.example.com/2001:db8::1", "not the lower half"), ("home.example.com/::", "not the lower half"),
        ("home.example.com/4294967296", "neither A, AAAA"), ("home.example.com/-1", "neither A, AAAA"),
        ("home.example.com@", "KIND or KIND:LABEL"), ("home.example.com@gandi:", "letters and digits"),
        ("home.example.com@gandi:a_b", "letters and digits"), ("home.example.com@gandi:1a", "letters and digits"),
        ("home.example.com@a:b:c", "KIND or KIND:LABEL"), ("a..example.com", "empty label"), ("/A", "is empty"),
    ])
    func isRefusedWithTheReason(text: String, reason: String) {
        #expect {
            try parse(text)
        } throws: { "\($0)".contains(reason) }
    }

    @Test func aSuffixTakesThePlaceOfTheLowerHalf() throws {
        let record = try #require(try parse("nas.example.com/::53:1").first)
        let found = try #require(AddressSet("2001:db8:1:2:aaaa:bbbb:cccc:dddd, 2001:db8:9:9::1"))
        #expect(record.addresses(for: found).description == "2001:db8:1:2::53:1, 2001:db8:9:9::53:1")
        let plain = try #require(try parse("home.example.com/AAAA").first)
        #expect(plain.addresses(for: found) == found)
    }

    @Test func aNodesNameMayHaveDots() throws {
        let record = try #require(try parse("{node}.example.com", node: "ip-10-0-0-1.ec2.internal").first)
        #expect(record.name.description == "ip-10-0-0-1.ec2.internal.example.com")
    }
}

import NetworkPrimitives
import TestSupport
import Testing

@Suite struct DomainNameTests {
    @Test(arguments: [
        ("home.example.com", "home.example.com", 3),
        ("home.example.com.", "home.example.com", 3),
        ("*.example.com", "*.example.com", 3),
        ("com", "com", 1),
        (".", ".", 0),
        ("_acme-challenge.example.com", "_acme-challenge.example.com", 3),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", 2),
        (#"a\.b.example"#, #"a\.b.example"#, 2),
        (#"a\046b.example"#, #"a\.b.example"#, 2),
        (#"a\000b.example"#, #"a\000b.example"#, 2),
        (#"\255.example"#, #"\255.example"#, 2),
        (#"a\\b"#, #"a\\b"#, 1),
        (#"trailing\."#, #"trailing\."#, 1),
    ])
    func readsAndPrints(text: String, printed: String, labels: Int) throws {
        let name = try DomainName(parsing: text)
        #expect(name.description == printed)
        #expect(name.labels.count == labels)
        #expect(DomainName(printed)?.isIdentical(to: name) == true)
        #expect(DomainName(name.absoluteText)?.isIdentical(to: name) == true)
        #expect(name.wireBytes.count == name.wireLength)
    }

    @Test(arguments: [
        ("", "is empty"),
        ("..", "has an empty label"),
        (".com", "has an empty label"),
        ("a..b", "has an empty label"),
        ("a b.example", "has a space or a control character"),
        ("a\n.example", "has a space or a control character"),
        (#"a\25"#, "has an escape"),
        (#"a\256"#, "has an escape"),
        (#"a\"#, "has an escape"),
        (String(repeating: "a", count: 64) + ".example", "has a label longer than 63 bytes"),
        (Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."), "longer than 255 bytes"),
    ])
    func refuses(text: String, why: String) {
        #expect { try DomainName(parsing: text) } throws: { error in
            let message = String(describing: error)
            return message.contains(why) && message.contains("expected a domain name") && message.count < 250
        }
    }

    @Test func reachesTheLimitsExactly() throws {
        let label = String(repeating: "a", count: 63)
        let longest = "\(label).\(label).\(label).\(label.dropLast(2))"
        #expect(try DomainName(parsing: longest).wireLength == 255)
        #expect(DomainName(longest + "a") == nil)
        #expect(throws: DomainName.ParseError.self) { try DomainName(labels: [[]]) }
        #expect(throws: DomainName.ParseError.self) { try DomainName(labels: [Array(repeating: 0, count: 64)]) }
    }

    @Test func comparesWithoutCase() throws {
        let a = try DomainName(parsing: "Home.EXAMPLE.com")
        let b = try DomainName(parsing: "home.example.com.")
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(!a.isIdentical(to: b))
        #expect(a.lowercased.isIdentical(to: b))
        // Only letters have a case: these bytes differ in the same bit as `A` and `a`.
        #expect(DomainName(#"\064.example"#) != DomainName("`.example"))
        #expect(DomainName("ab.c") != DomainName("a.bc"))
    }

    @Test(arguments: [
        ("home.example.com", "example.com", "home"),
        ("a.b.Example.COM", "example.com", "a.b"),
        ("example.com", "example.com", "@"),
        ("*.example.com", "example.com", "*"),
        ("example.com", ".", "example.com"),
    ])
    func namesItselfRelativeToAZone(name: String, zone: String, relative: String) throws {
        let (name, zone) = (try DomainName(parsing: name), try DomainName(parsing: zone))
        #expect(name.isWithin(zone))
        #expect(name.text(relativeTo: zone) == relative)
    }

    @Test(arguments: [("badexample.com", "example.com"), ("example.com", "home.example.com"), ("com", "example.com")])
    func isNotWithinAnotherZone(name: String, zone: String) throws {
        let (name, zone) = (try DomainName(parsing: name), try DomainName(parsing: zone))
        #expect(!name.isWithin(zone))
        #expect(name.text(relativeTo: zone) == nil)
    }

    @Test func walksUpToTheRoot() throws {
        let name = try DomainName(parsing: "a.b.c")
        #expect(name.selfAndAncestors.map(\.description) == ["a.b.c", "b.c", "c", "."])
        #expect(name.parent?.description == "b.c")
        #expect(DomainName.root.parent == nil)
        #expect(try DomainName(parsing: "*.c").isWildcard)
        #expect(!name.isWildcard)
    }

    @Test func anyBytesSurvivePrinting() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let labels = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                (0..<Int.random(in: 1...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let name = try DomainName(labels: labels)
            #expect(DomainName(name.description)?.isIdentical(to: name) == true, "\(labels)")
        }
    }
}

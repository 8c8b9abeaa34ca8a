import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct RecordValueTests {
    @Test(arguments: [
        ("plain", #""plain""#),
        ("", #""""#),
        (#"a "quoted" \ one"#, #""a \"quoted\" \\ one""#),
        ("tab\tand ü", #""tab\009and \195\188""#),
        ("heritage=esddns,esddns/owner=home", #""heritage=esddns,esddns/owner=home""#),
    ])
    func textIsQuotedAndReadBack(text: String, presentation: String) {
        #expect(RecordValue.text(text).presentation == presentation)
        #expect(RecordValue(.txt, presentation: presentation) == .text(text))
    }

    @Test func longTextIsSplitAndJoined() throws {
        let text = String(repeating: "x", count: 600)
        let presentation = RecordValue.text(text).presentation
        #expect(presentation.split(separator: " ").map(\.count) == [257, 257, 92])
        #expect(RecordValue(.txt, presentation: presentation) == .text(text))
        let name = try #require(RecordName("t.example.com"))
        let record = try #require(RecordSet(name: name, text: text).records(ttl: 60).first)
        #expect(record.strings?.count == 3)
        #expect(RecordValue(record) == .text(text))
    }

    @Test(arguments: [#""open"#, #""a"b"#, #""\"#, #""\256""#, #""a" b"#])
    func halfAQuoteIsNoText(presentation: String) {
        #expect(RecordValue(.txt, presentation: presentation) == nil)
    }

    @Test func bareTextIsWhatItSays() {
        #expect(RecordValue(.txt, presentation: "v=spf1 -all") == .text("v=spf1 -all"))
    }

    @Test(arguments: [
        (RecordType.a, "2001:db8::1"), (.aaaa, "192.0.2.1"), (.a, "192.0.2"), (.a, "home.example.com"), (.aaaa, ""),
    ])
    func anAddressIsOfItsType(type: RecordType, presentation: String) {
        #expect(RecordValue(type, presentation: presentation) == nil)
    }

    @Test func aSetIsOfOneType() throws {
        let name = try #require(RecordName("t.example.com"))
        #expect(throws: RecordSet.InvalidError.self) {
            try RecordSet(name: name, type: .a, values: [.text("192.0.2.1")])
        }
        #expect(throws: RecordSet.InvalidError.self) {
            try RecordSet(name: name, type: .txt, values: [.address(try #require(IPAddress("192.0.2.1")))])
        }
        #expect {
            try RecordSet(name: name, type: .a, presentations: ["192.0.2.1", "nonsense"])
        } throws: { String(describing: $0).contains(#""nonsense" is not a value for a record of type A"#) }
    }
}

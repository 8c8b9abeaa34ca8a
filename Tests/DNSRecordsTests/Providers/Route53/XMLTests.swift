import Testing

@testable import DNSRecords

@Suite struct XMLTests {
    private func parse(_ text: String) throws -> XML.Element { try XML.parse(Array(text.utf8)) }

    @Test func readsElementsAndText() throws {
        let root = try parse(
            """
            \u{FEFF}<?xml version="1.0"?>
            <!-- a - comment -->
            <a:Root xmlns:a='https://example.com/' b = "1>2">
              <Item><Name>x &amp; y &lt;&#x41;&#66;&quot;&apos;&gt;</Name></Item>
              <Item/><Item  ></Item >
              <Text>one<!-- two --><![CDATA[<three> & ]]]]>four<?pi five?></Text>
            </a:Root>
            <!-- end --><?pi?>

            """)
        #expect(root.name == "Root" && root.children.count == 4)
        #expect(root.children.filter { $0.name == "Item" }.count == 3)
        #expect(root["Item"]?.text(of: "Name") == "x & y <AB\"'>")
        #expect(root.text(of: "Text") == "one<three> & ]]four")
        #expect(root["Nothing"] == nil && root.list("Item", of: "Name")?.count == 1)
    }

    @Test(arguments: [
        "", " ", "x", "<", "<a", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a><b></a></b>", "<a b></a>", "<a b=c></a>",
        "<a b=\"c></a>", "<a b=\"<\"></a>", "<a b=\"c\"d=\"e\"/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
        "<a>&amp</a>", "<a><!-- </a>", "<a><![CDATA[ </a>", "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<1a/>", "< a/>", "<a></a", "<a><!b></a>", "<?xml <a/>", "{}",
        String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
    ])
    func refusesWhatIsNotWellFormed(text: String) {
        #expect(throws: XML.ParseError.self) { try parse(text) }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: XML.ParseError.self) { try XML.parse([0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]) }
    }

    @Test func everyBeginningOfADocumentIsRefused() throws {
        let text = "<?xml version=\"1.0\"?><a b=\"c\"><d>e &amp; f</d><!-- g --><![CDATA[h]]></a>"
        _ = try parse(text)
        for count in 0..<text.utf8.count {
            #expect(throws: XML.ParseError.self) { try parse(String(text.prefix(count))) }
        }
    }

    @Test func writesWhatItReads() throws {
        let element = XML.Element(
            "Root",
            children: [XML.Element("A", text: "<&>\"'\t\n\r ü \\052"), XML.Element("B", children: [XML.Element("C")])])
        let bytes = element.document(namespace: "https://example.com/?a&b")
        #expect(try XML.parse(bytes) == element)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#"<Root xmlns="https://example.com/?a&amp;b">"#))
    }
}

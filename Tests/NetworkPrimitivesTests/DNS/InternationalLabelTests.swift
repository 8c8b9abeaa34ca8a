import NetworkPrimitives
import Testing

/// Internationalised names as settings have them (IDNA2008).
@Suite struct InternationalLabelTests {
    @Test(arguments: [
        ("home.bücher.example", "home.xn--bcher-kva.example"),
        // Composed and decomposed, large and small, are one.
        ("home.bu\u{308}cher.example", "home.xn--bcher-kva.example"),
        ("home.BÜCHER.example", "home.xn--bcher-kva.example"),
        ("home.BU\u{308}CHER.Example.", "home.xn--bcher-kva.Example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("_esddns-a.bücher.example", "_esddns-a.xn--bcher-kva.example"),
        (#"a\.b.bücher.example"#, #"a\.b.xn--bcher-kva.example"#),
        // Not "ss", as IDNA2003 had it.
        ("straße.example", "xn--strae-oqa.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("мой-дом.рф", "xn----htbnldid.xn--p1ai"),
        ("بيت.example", "xn--ngbe9g.example"),
        ("בית.example", "xn--5dbq5c.example"),
        ("l·l.example", "xn--ll-0ea.example"),
        ("ドラッグ・ストア.example", "xn--cck1a1a1b1ac8tlf.example"),
        ("क्\u{200D}ष.example", "xn--11b2ezcw70k.example"),
    ])
    func becomesWhatTravels(text: String, name: String) throws {
        #expect(try DomainName(parsing: text).description == name)
    }

    @Test(arguments: [
        ("home.bücher!.example", "\"bücher!\"", "\"!\" (U+0021) is not allowed"),
        ("ho_me-ü.example", "\"ho_me-ü\"", "\"_\" (U+005F) is not allowed"),
        ("☃.example", "\"☃\"", "(U+2603) is not allowed"),
        ("ｈｏｍｅ.example", "\"ｈｏｍｅ\"", "(U+FF48) is not allowed"),
        ("a\u{200B}ü.example", "label", "U+200B is not allowed"),
        ("ü\u{A0}a.example", "label", "(U+00A0) is not allowed"),
        ("-ü.example", "\"-ü\"", "begins or ends with a hyphen"),
        ("ü-.example", "\"ü-\"", "begins or ends with a hyphen"),
        ("xn--ü.example", "\"xn--ü\"", "hyphens as its third and fourth"),
        ("\u{308}a.example", "label", "cannot begin a label"),
        ("a\u{200D}ü.example", "label", "U+200D is allowed in domain names only beside certain others"),
        ("ü·a.example", "\"ü·a\"", "only beside certain others"),
        ("ü・a.example", "\"ü・a\"", "only beside certain others"),
        ("aبيت.example", "label", "mixes right-to-left and left-to-right"),
        ("1بيت.example", "label", "mixes right-to-left and left-to-right"),
        ("بيت1٢.example", "label", "mixes right-to-left and left-to-right"),
        ("۱٢بيت.example", "label", "only beside certain others"),
        (#"b\252ü.example"#, "\"bü\"", "both an escape and characters outside ASCII"),
        (String(repeating: "ü", count: 60) + ".example", "label", "longer than 63 bytes in its xn-- form"),
        (String(repeating: "ü", count: 5000) + ".example", "label", "longer than 63 bytes"),
        ("ü..example", "ü..example", "has an empty label"),
        ("ü\n.example", "example", "a space or a control character"),
    ])
    func saysWhichLabelIsNotAllowedAndWhy(text: String, named: String, why: String) {
        #expect {
            try DomainName(parsing: text)
        } throws: { error in
            let message = String(describing: error)
            return message.contains(named) && message.contains(why) && message.count < 400
        }
    }

    @Test(arguments: [
        ("home.xn--bcher-kva.example", "home.bücher.example"),
        ("home.XN--BCHER-KVA.example", "home.bücher.example"),
        ("*.xn--strae-oqa.example", "*.straße.example"),
        ("xn--r8jz45g.xn--zckzah", "例え.テスト"),
    ])
    func isShownAsPeopleReadIt(text: String, shown: String) throws {
        let name = try DomainName(parsing: text)
        #expect(name.internationalText == shown)
        #expect(name.shownText == "\(text) (\(shown))")
        #expect(try DomainName(parsing: shown) == name)
    }

    @Test(arguments: [
        "home.example.com", "xn--.example", "xn--abc.example", "xn--a-.example", "xn--99999999.example",
        // A snowman, a capital, and a decomposed letter: nothing that was registered travels so.
        "xn--n3h.example", "xn--bcher-2pa.example", "xn--bucher-xyd.example",
    ])
    func whatIsNotInternationalisedIsShownAsItIs(text: String) throws {
        let name = try DomainName(parsing: text)
        #expect(name.internationalText == nil)
        #expect(name.shownText == text)
    }

    @Test func aNameInBothFormsIsOneName() throws {
        let name = try DomainName(parsing: "home.bücher.example")
        #expect(name == DomainName("HOME.xn--BCHER-kva.EXAMPLE."))
        #expect(name.isWithin(try DomainName(parsing: "BÜCHER.example")))
    }
}

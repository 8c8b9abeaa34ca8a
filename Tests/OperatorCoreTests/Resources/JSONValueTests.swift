import OperatorCore
import TestSupport
import Testing

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
            ("0", .integer(0)), ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("1.0", .number(1.0)), ("-0.25", .number(-0.25)),
            (#""""#, .string("")), (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
            (#""\u00e9\u20AC\ud83d\ude00""#, .string("é€😀")), ("\"é€😀\"", .string("é€😀")),
            ("[]", []), ("[1, [2], {}]", [1, [2], [:]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [.null]]]),
            ("\t\r\n{ \"a\" : 1 , \"b\" : 2 }\n", ["a": 1, "b": 2]),
        ] as [(String, JSONValue)])
    func documentsAreRead(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        // What is written reads back as the same value.
        #expect(try JSONValue(parsing: value.serialized()) == value)
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("nul", 0), ("tru", 0), ("True", 0), ("01", 1), ("1.", 2), (".5", 0), ("+1", 0), ("1e", 2),
        ("-", 1), ("NaN", 0), ("\"", 0), ("\"a", 0), ("\"a\nb\"", 2), (#""\x""#, 1), (#""\u12""#, 5),
        (#""\ud83d""#, 1), (#""\ud83dx""#, 1), (#""\ude00""#, 1), (#""\ud83d\u0041""#, 1), ("[1,]", 3), ("[1 2]", 3),
        ("[", 1), ("{", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), ("{1:2}", 1), (#"{"a":1,"a":2}"#, 7),
        ("1 2", 2), ("{} x", 3), ("\u{FEFF}{}", 0), ("'a'", 0), ("[1]]", 3),
    ])
    func faultsAreNamedWithTheirOffset(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
    ])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: JSONError("a string that is not valid UTF-8", offset: 0)) { try JSONValue(parsing: bytes) }
    }

    @Test func nestingIsBounded() throws {
        let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        _ = try JSONValue(parsing: deepest)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[\(deepest)]") }
        #expect(error?.offset == 200)
        let hostile = String(repeating: #"{"a":"#, count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: hostile) }
    }

    @Test func outputIsCompactSortedAndEscaped() {
        let value: JSONValue = ["b": [1, .number(1.5), .null, true], "a": "\"\\\n\u{1}\u{1F}é/", "": [:]]
        #expect(value.description == #"{"":{},"a":"\"\\\n\u0001\u001fé/","b":[1,1.5,null,true]}"#)
    }

    @Test func anEditKeepsWhatItDoesNotMention() throws {
        var value = try JSONValue(
            parsing: #"{"metadata":{"labels":{"a":"b"},"name":"x"},"unknown":[1.0,{"deep":null}]}"#)
        value[["metadata", "resourceVersion"]] = "7"
        value[["metadata", "name"]] = nil
        #expect(
            value.description
                == #"{"metadata":{"labels":{"a":"b"},"resourceVersion":"7"},"unknown":[1.0,{"deep":null}]}"#)
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(seed: 42)
        let alphabet = Array(#"{}[]",:\u0123eE+-.tfn "#.utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            if let value = try? JSONValue(parsing: bytes) {
                #expect((try? JSONValue(parsing: value.serialized())) == value)
            }
        }
    }
}

import Testing

@testable import ClusterSimulator

struct OrderedJSONTests {
    @Test func keepsOrderAndContent() throws {
        let text = #"{"z":1,"a":[true,null,-2.5,"é\n\"\\"],"m":{"b":"x","a":{}}}"#
        #expect(try OrderedJSON(parsing: text).description == text)
    }

    @Test func escapesAsGoDoes() {
        let json: OrderedJSON = ["t": .string("<a> & \u{1}\u{2028}")]
        #expect(json.description == #"{"t":"\u003ca\u003e \u0026 \u0001\u2028"}"#)
    }

    @Test func readsEscapes() throws {
        #expect(try OrderedJSON(parsing: #""\u00e9\ud83d\ude00\/""#).string == "é😀/")
    }

    @Test func orderDoesNotMatterForEquality() throws {
        #expect(try OrderedJSON(parsing: #"{"a":1,"b":2.0}"#) == ["b": 2, "a": 1])
    }

    @Test(arguments: [
        (#"{"apiVersion":"v1","#, "unexpected end of JSON input"),
        ("", "unexpected end of JSON input"),
        ("{x", "invalid character 'x' looking for beginning of object key string"),
        ("a: b", "invalid character 'a' looking for beginning of value"),
        ("{} x", "invalid character 'x' after top-level value"),
        (#"{"a" 1}"#, "invalid character '1' after object key"),
        ("[1 2]", "invalid character '2' after array element"),
        (#"{"a":1 "b":2}"#, "invalid character '\"' after object key:value pair"),
        ("tru}", "invalid character '}' in literal true (expecting 'e')"),
        ("\"a\nb\"", "invalid character '\n' in string literal"),
    ])
    func complainsInGoWords(text: String, message: String) {
        #expect(throws: OrderedJSON.ParseError(description: message)) { try OrderedJSON(parsing: text) }
    }

    @Test func boundsTheDepth() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: OrderedJSON.ParseError(description: "exceeded max depth")) { try OrderedJSON(parsing: deep) }
    }

    @Test func writesNestedMembers() {
        var json: OrderedJSON = [:]
        json[path: "metadata", "labels", "a"] = "b"
        json[path: "metadata", "labels", "c"] = "d"
        json[path: "metadata", "labels", "a"] = nil
        json[path: "absent", "x"] = nil
        #expect(json.description == #"{"metadata":{"labels":{"c":"d"}}}"#)
    }

    @Test func indentsLikeTheServer() {
        let json: OrderedJSON = ["a": "b", "c": [:], "d": [1]]
        #expect(
            String(decoding: json.prettyBytes, as: UTF8.self) == """
                {
                  "a": "b",
                  "c": {},
                  "d": [
                    1
                  ]
                }
                """)
    }
}

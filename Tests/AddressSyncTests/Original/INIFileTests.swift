import Testing

@testable import AddressSync

@Suite struct INIFileTests {
    @Test func itIsReadAsPythonReadsIt() throws {
        let file = try INIFile(
            parsing: """
                # a comment
                [gandi]
                API_Key = API_KEY
                url: https://example.com/?a=b;c
                empty =
                percent = 100%%
                ; another
                list = one
                    two
                [log]\r
                log_file=a.log\r
                """)
        #expect(
            file.sections["gandi"] == [
                "api_key": "API_KEY", "url": "https://example.com/?a=b;c", "empty": "", "percent": "100%",
                "list": "one two",
            ])
        #expect(file.sections["log"] == ["log_file": "a.log"])
        #expect(try INIFile(parsing: "").sections.isEmpty)
    }

    @Test(arguments: [
        ("key = value", 1, "section"), ("[gandi]\nkey", 2, "KEY = VALUE"), ("[gandi", 1, "]"),
        ("[a]\nk = 1\n[a]", 3, "twice"), ("[a]\nk = 1\nK = secret", 3, "twice"), ("[a]\n= secret", 2, "key"),
    ])
    func whatIsMalformedIsNamedWithItsLine(text: String, line: Int, named: String) {
        let error = #expect(throws: INIFile.Malformed.self) { try INIFile(parsing: text) }
        #expect(error?.line == line && error?.description.contains(named) == true)
        #expect(error?.description.contains("secret") == false)
    }
}

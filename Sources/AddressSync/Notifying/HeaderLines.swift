import HTTPTypes

/// Header fields that the user adds to a notification, one in a line: `Authorization: Bearer …`.
enum HeaderLines {
    /// Why a text is none. Says nothing of values, which may be secrets.
    struct ParseError: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Those are the HTTP client's to set.
    private static let reserved: Set = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer",
    ]

    static func parse(_ text: String) throws(ParseError) -> HTTPFields {
        var fields = HTTPFields()
        for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            guard let colon = line.firstIndex(of: ":") else {
                throw ParseError(description: "a line has no colon; expected NAME: VALUE in each line")
            }
            let rest = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            let value = rest.lastIndex { !$0.isWhitespace }.map { String(rest[...$0]) } ?? ""
            guard let name = HTTPField.Name(String(line[..<colon].filter { $0 != " " })) else {
                throw ParseError(description: "a line does not begin with the name of a header field")
            }
            guard !reserved.contains(name.canonicalName) else {
                throw ParseError(description: "\(name.rawName) cannot be set")
            }
            guard HTTPField.isValidValue(value) else {
                throw ParseError(description: "the value of \(name.rawName) has characters that a header cannot hold")
            }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }
}

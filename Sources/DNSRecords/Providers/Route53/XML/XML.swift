/// As much of XML 1.0 as AWS needs: elements and text.
///
/// Foundation's parser is a library of its own, follows what a document type declares, and reports by callbacks.
enum XML {
    /// An element without its attributes; namespaces are not told apart.
    struct Element: Hashable, Sendable {
        /// Without a namespace's prefix.
        var name: String
        /// The text directly inside, in one piece.
        var text: String
        var children: [Element]

        init(_ name: String, text: String = "", children: [Element] = []) {
            self.name = name
            self.text = text
            self.children = children
        }

        /// The first child of that name.
        subscript(name: String) -> Element? { children.first { $0.name == name } }

        /// The text of the first child of that name.
        func text(of name: String) -> String? { self[name]?.text }

        /// The elements inside a list such as `<Things><Thing/><Thing/></Things>`; `nil` where there is no such list.
        func list(_ name: String, of item: String) -> [Element]? {
            self[name].map { list in list.children.filter { $0.name == item } }
        }
    }

    /// Why bytes are not a document.
    struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        var offset: Int
        var why: String

        var description: String { "\(why) at byte \(offset)" }
    }

    /// Reads a whole document.
    ///
    /// - Throws: ``ParseError`` for anything that is not well-formed, for a document type, and for nesting beyond 32 levels.
    static func parse(_ bytes: [UInt8]) throws(ParseError) -> Element {
        var reader = Reader(bytes)
        return try reader.document()
    }
}

// MARK: Writing

extension XML.Element {
    /// The element as a document.
    ///
    /// - Parameter namespace: of the element and all that is in it.
    func document(namespace: String) -> [UInt8] {
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"#
        write(to: &text, attributes: #" xmlns="\#(Self.escaped(namespace))""#)
        return Array(text.utf8)
    }

    private func write(to output: inout String, attributes: String = "") {
        output += "<\(name)\(attributes)>\(Self.escaped(text))"
        children.forEach { $0.write(to: &output) }
        output += "</\(name)>"
    }

    /// Text in which nothing is mistaken for markup, and no white space is changed by whoever reads it.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "\t", "\n", "\r": result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

/// A host, by name or address, and a port: where a server is to be reached.
public struct HostPort: Hashable, Sendable {
    /// A host name, or an address without brackets.
    public var host: String
    /// 1–65535.
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Why a text is not a host and port; the message names the text and says what would be right.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `HOST:PORT`, `A.B.C.D:PORT` or `[IPV6]:PORT`; the port may be left out where there is a default.
    public init(parsing text: String, defaultPort: UInt16? = nil) throws(ParseError) {
        func wrong(_ why: String) -> ParseError {
            let shown = text.count > 80 ? text.prefix(80) + "…" : text[...]
            return ParseError(description: "\"\(shown)\" \(why); expected HOST:PORT, or [IPV6]:PORT")
        }
        var host: Substring
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw wrong("has no closing bracket") }
            host = text[text.index(after: text.startIndex)..<end]
            guard IPv6Address(String(host)) != nil else { throw wrong("has no IPv6 address in its brackets") }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw wrong("has something other than a port after its brackets")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw wrong("has more than one colon and no brackets") }
            host = parts[0]
            port = parts.count == 2 ? parts[1] : nil
            let allowed = host.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard !host.isEmpty, host.utf8.count <= 253, allowed else { throw wrong("has no valid host name") }
        }
        if let port {
            guard let number = UInt16(port), number > 0, port.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
                throw wrong("has no port between 1 and 65535")
            }
            self.port = number
        } else if let defaultPort {
            self.port = defaultPort
        } else {
            throw wrong("has no port")
        }
        self.host = String(host)
    }
}

extension HostPort: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

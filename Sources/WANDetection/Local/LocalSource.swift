/// Something on this machine that says what the address is, without asking anybody outside.
///
/// There is one of it and nobody to contradict it, so it is believed by itself: whoever configures it vouches for it.
public enum LocalSource: Hashable, Sendable {
    /// A global address of a network interface; `nil`: of the one that holds the default route, if it has one.
    case interface(String?)
    /// What a program prints: its path and arguments. No shell is involved.
    case command([String])
    /// What a file holds.
    case file(String)
    /// What the program that this library is part of knows from elsewhere, under a name for people.
    case given(String)

    /// Why a text names no local source.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `interface`, `interface/NAME`, `command:/PATH ARGUMENTS…` or `file:/PATH`.
    ///
    /// Arguments are separated by white space; there are no quotes and no variables.
    public init(parsing text: String) throws(ParseError) {
        func wrong(_ why: String) -> ParseError {
            ParseError(
                description: "\(why); expected interface, interface/NAME, command:/PATH ARGUMENTS or file:/PATH")
        }
        if text == "interface" {
            self = .interface(nil)
        } else if text.hasPrefix("interface/") {
            let name = String(text.dropFirst("interface/".count))
            // IFNAMSIZ, with its terminating zero, is 16.
            guard (1...15).contains(name.utf8.count), !name.contains(where: { $0.isWhitespace || $0 == "/" }) else {
                throw wrong("an interface's name has 1 to 15 characters, without spaces and slashes")
            }
            self = .interface(name)
        } else if text.hasPrefix("command:") {
            let words = text.dropFirst("command:".count).split(whereSeparator: \.isWhitespace).map(String.init)
            guard let program = words.first, program.hasPrefix("/") else {
                throw wrong("a command begins with the absolute path of a program")
            }
            self = .command(words)
        } else if text.hasPrefix("file:") {
            let path = String(text.dropFirst("file:".count))
            guard path.hasPrefix("/") else { throw wrong("a file is named by its absolute path") }
            self = .file(path)
        } else {
            // What follows may be the arguments of a command, and so a secret.
            throw wrong("\"\(text.prefix { !$0.isWhitespace }.prefix(60))\" is none of these")
        }
    }
}

extension LocalSource: CustomStringConvertible {
    /// As in settings, but of a command the program alone: arguments may hold secrets.
    public var description: String {
        switch self {
        case .interface(let name): name.map { "interface/\($0)" } ?? "interface"
        case .command(let words): "command:\(words.first ?? "")"
        case .file(let path): "file:\(path)"
        case .given(let name): name
        }
    }
}

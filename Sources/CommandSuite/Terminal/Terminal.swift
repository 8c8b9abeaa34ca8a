#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What may be written to one of the standard streams: colours, and lines that are written over.
public struct Terminal: Sendable, Hashable {
    /// Whether text may be coloured.
    ///
    /// `NO_COLOR` (no-color.org) forbids it, `CLICOLOR_FORCE` (bixense.com/clicolors) demands it; otherwise it is for terminals
    /// that are not dumb.
    public let isColored: Bool
    /// Whether a person watches, whose lines can be written over.
    public let isInteractive: Bool

    /// - Parameter isTerminal: whether the stream leads to a terminal.
    init(isTerminal: Bool, environment: (String) -> String?) {
        func isSet(_ name: String) -> Bool { environment(name).map { !$0.isEmpty } ?? false }
        isInteractive = isTerminal && environment("TERM") != "dumb"
        if isSet("NO_COLOR") {
            isColored = false
        } else if isSet("CLICOLOR_FORCE"), environment("CLICOLOR_FORCE") != "0" {
            isColored = true
        } else {
            isColored = isInteractive
        }
    }

    /// Looks at this process's stream and environment.
    public init(_ stream: Output.Stream) {
        self.init(isTerminal: isatty(stream.rawValue) == 1) { name in getenv(name).map { String(cString: $0) } }
    }

    /// Where nothing is shown that is written over.
    static let silent = Terminal(isTerminal: false) { _ in nil }

    public static var output: Terminal { Terminal(.standard) }
    public static var error: Terminal { Terminal(.error) }
}

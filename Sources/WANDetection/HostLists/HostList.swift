import NetworkPrimitives

/// A list of STUN servers as people keep them: one `[OPERATOR=]HOST:PORT[/udp|/tcp|/tls]` a line, IPv6 addresses in brackets.
///
/// Lines may end in LF, CRLF or a comma; what follows a `#` is a comment. A line that is no server is left out and named, and
/// the rest is used.
public struct HostList: Hashable, Sendable {
    /// Servers beyond so many are left out.
    public static let maximumHosts = 10_000
    /// Lines that are quoted in ``problem``.
    private static let quotedLines = 3

    /// The servers without duplicates, in the order of the list.
    public let sources: [AddressSource]
    /// What is wrong with the list, in one sentence; `nil` where nothing is.
    public let problem: String?

    /// - Parameter allowNonGlobal: keeps servers at private and loopback addresses. For tests.
    public init(parsing text: String, allowNonGlobal: Bool = false) {
        guard !Self.isMarkup(text) else {
            sources = []
            problem = "it is a web page and no list; expected one HOST:PORT a line"
            return
        }
        let settings = QuorumSettings(allowNonGlobal: allowNonGlobal)
        var seen: Set<AddressSource> = []
        var sources: [AddressSource] = []
        var faults: [String] = []
        var faulty = 0
        var beyond = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            for entry in line.prefix(while: { $0 != "#" }).split(separator: ",") {
                guard let server = Self.trimmed(entry) else { continue }
                guard sources.count < Self.maximumHosts else {
                    beyond += 1
                    continue
                }
                switch Self.source(server, settings) {
                case .success(let source):
                    if seen.insert(source).inserted { sources.append(source) }
                case .failure(let fault):
                    faulty += 1
                    if faults.count < Self.quotedLines { faults.append("line \(index + 1): \(fault.description)") }
                }
            }
        }
        self.sources = sources
        problem = Self.summary(faults, faulty: faulty, beyond: beyond, isEmpty: sources.isEmpty)
    }

    /// A web page in the place of a list, such as the one with which a hotel's network greets.
    private static func isMarkup(_ text: String) -> Bool {
        text.first { !$0.isWhitespace && $0 != "\u{FEFF}" } == "<"
    }

    private static func trimmed(_ entry: Substring) -> String? {
        let words = entry.split { $0.isWhitespace || $0 == "\u{FEFF}" }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private struct Fault: Error {
        var description: String
    }

    private static func source(_ text: String, _ settings: QuorumSettings) -> Result<AddressSource, Fault> {
        do throws(AddressSource.ParseError) {
            let source = try AddressSource(parsingSTUN: text)
            return settings.problem(with: source).map { .failure(Fault(description: $0)) } ?? .success(source)
        } catch {
            return .failure(Fault(description: error.description))
        }
    }

    private static func summary(_ faults: [String], faulty: Int, beyond: Int, isEmpty: Bool) -> String? {
        var parts: [String] = []
        if faulty > 0 {
            let more = faulty > faults.count ? ["and \(faulty - faults.count) more"] : []
            parts.append("\(faulty) not used: " + (faults + more).joined(separator: "; "))
        }
        if beyond > 0 { parts.append("\(beyond) beyond the first \(maximumHosts) not used") }
        if isEmpty { parts.append("there is no server in it; expected one HOST:PORT a line") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

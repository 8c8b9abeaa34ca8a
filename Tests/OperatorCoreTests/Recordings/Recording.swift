import HTTPTypes
import Testing

/// One exchange with a real API server.
struct Recording: Sendable, CustomTestStringConvertible {
    var title = ""
    var method = ""
    /// Path and query as they were sent.
    var target = ""
    var requestHeaders = HTTPFields()
    var requestBody = ""
    var status = 0
    var headers = HTTPFields()
    /// Of a watch: its lines, each with its newline.
    var body = ""

    var testDescription: String { "\(method) \(target) \(status) \(title)" }

    static let all = [configMaps, leases, listsAndWatches, authorization, events, oddities, expiry].flatMap(parse)

    /// The exchange under that title.
    static func titled(_ title: String) throws -> Recording {
        try #require(all.first { $0.title == title })
    }

    var path: String { String(target.prefix { $0 != "?" }) }

    /// The query, decoded as far as the recordings need it.
    var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        let items = target[target.index(after: mark)...].split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? parts[1].split(separator: "%3D").joined(separator: "=") : "")
        }
        return Dictionary(items) { first, _ in first }
    }

    var reply: ScriptedTransport.Reply {
        var reply = ScriptedTransport.Reply(status, body, headers: headers)
        reply.headers = headers
        return reply
    }

    /// Reads the notation of the recordings: `#` title, `>` request, `<` response, `[+…s]` a piece of a stream.
    static func parse(_ text: String) -> [Recording] {
        var recordings: [Recording] = []
        var title = ""
        var isBody = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# ") {
                title = String(line.dropFirst(2))
                continue
            }
            let content = line.dropFirst(2)
            if line.hasPrefix("> "), content.hasSuffix(" HTTP/1.1") {
                let words = content.split(separator: " ")
                recordings.append(Recording(title: title, method: String(words[0]), target: String(words[1])))
                title = ""
                isBody = false
                continue
            }
            guard !recordings.isEmpty else { continue }
            let last = recordings.count - 1
            switch line {
            case ">", "<":
                isBody = true
            case _ where line.hasPrefix("> ") && isBody:
                recordings[last].requestBody += content
            case _ where line.hasPrefix("> "):
                add(content, to: &recordings[last].requestHeaders)
            case _ where line.hasPrefix("< HTTP/1.1 "):
                recordings[last].status = Int(content.split(separator: " ")[1]) ?? 0
                isBody = false
            case _ where line.hasPrefix("< ") && !isBody:
                add(content, to: &recordings[last].headers)
            case _ where line.hasSuffix("(end of stream)"):
                break
            case _ where line.hasPrefix("< [+"):
                recordings[last].body += content.drop { $0 != " " }.dropFirst() + "\n"
            default:
                recordings[last].body += line.hasPrefix("< ") ? content : line
            }
        }
        return recordings
    }

    private static func add(_ line: Substring, to fields: inout HTTPFields) {
        let parts = line.split(separator: ": ", maxSplits: 1)
        if let name = HTTPField.Name(String(parts[0])), parts.count == 2 { fields[name] = String(parts[1]) }
    }
}

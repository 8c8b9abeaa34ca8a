import FoundationEssentials
import OperatorCore

/// A place in a kubeconfig, which may be empty: knows its file and its key, so that every complaint can name them.
struct KubeconfigField: Sendable, Hashable {
    let file: String
    let key: String
    let node: YAMLNode?

    /// Keys whose values no message may show.
    private static let secretKeys: Set = [
        "token", "password", "client-key-data", "client-certificate-data", "value", "args",
    ]

    var isPresent: Bool {
        switch node?.content {
        case nil, .null: false
        default: true
        }
    }

    subscript(_ name: String) -> KubeconfigField {
        KubeconfigField(file: file, key: key.isEmpty ? name : "\(key).\(name)", node: member(name))
    }

    private func member(_ name: String) -> YAMLNode? {
        guard case .mapping(let members) = node?.content else { return nil }
        return members.first { $0.key == name }?.value
    }

    /// Refuses anything that is there and not a mapping.
    func mapping() throws(KubeconfigError) -> KubeconfigField {
        switch node?.content {
        case nil, .null, .mapping: return self
        default: throw wrong("it has to be a mapping")
        }
    }

    /// The text; `nil` where there is none or an empty one, which kubectl takes for none.
    func text() throws(KubeconfigError) -> String? {
        switch node?.content {
        case nil, .null: return nil
        case .scalar(let text, _): return text.isEmpty ? nil : text
        case .sequence, .mapping: throw wrong("it has to be a text")
        }
    }

    func required(_ expected: String) throws(KubeconfigError) -> String {
        guard let text = try text() else { throw problem("is missing; it has to be \(expected)") }
        return text
    }

    func flag() throws(KubeconfigError) -> Bool {
        switch node?.content {
        case nil, .null: return false
        case .scalar(let text, _):
            guard let flag = YAMLNode.flag(text) else { throw wrong("it has to be true or false") }
            return flag
        case .sequence, .mapping: throw wrong("it has to be true or false")
        }
    }

    func list() throws(KubeconfigError) -> [KubeconfigField] {
        switch node?.content {
        case nil, .null: return []
        case .sequence(let items):
            return items.enumerated().map { KubeconfigField(file: file, key: "\(key)[\($0.offset)]", node: $0.element) }
        case .scalar, .mapping: throw wrong("it has to be a list")
        }
    }

    func texts() throws(KubeconfigError) -> [String] {
        var texts: [String] = []
        for item in try list() {
            // An empty text is an argument too.
            guard case .scalar(let text, _) = item.node?.content else { throw item.wrong("it has to be a text") }
            texts.append(text)
        }
        return texts
    }

    /// Bytes in Base64, line breaks allowed; `nil` where there are none.
    func base64() throws(KubeconfigError) -> [UInt8]? {
        guard let text = try text() else { return nil }
        let digits = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let data = Data(base64Encoded: Data(digits)), !data.isEmpty else {
            throw problem("is not Base64; it has to be the Base64 of a PEM file")
        }
        return Array(data)
    }

    /// Bytes out of `KEY-data`, else out of the file that `KEY` names.
    func material(_ name: String, files: FileReader) throws(KubeconfigError) -> [UInt8]? {
        if let bytes = try self["\(name)-data"].base64() { return bytes }
        let field = self[name]
        guard let path = try field.path() else { return nil }
        do throws(FileReader.Failure) {
            return try files.read(path)
        } catch {
            throw field.problem("names a file that cannot be read: \(error)")
        }
    }

    /// A path, relative to the file that names it.
    func path() throws(KubeconfigError) -> String? {
        guard let path = try text() else { return nil }
        return Self.resolve(path, beside: file)
    }

    static func resolve(_ path: String, beside file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }

    // MARK: Complaints

    func problem(_ text: String) -> KubeconfigError {
        KubeconfigError(file: file, line: node.flatMap { $0.line > 0 ? $0.line : nil }, key: key, problem: text)
    }

    /// Quotes what is there, unless it may be a secret.
    func wrong(_ expected: String) -> KubeconfigError { problem("is \(quoted); \(expected)") }

    private var quoted: String {
        switch node?.content {
        case nil, .null: return "not set"
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let text, _):
            let last = key.split(separator: ".").last.map { $0.prefix { $0 != "[" } } ?? ""
            guard !Self.secretKeys.contains(String(last)) else { return "something (not shown)" }
            return JSONValue.string(String(text.prefix(80))).description
        }
    }
}

import OperatorCore
import Yams

/// A YAML document without anchors, tags and styles: as much of it as a kubeconfig may use.
struct YAMLNode: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        case null
        /// - Parameter isPlain: written without quotes, so that `true` is a truth value rather than a text.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Member])
    }

    struct Member: Sendable, Hashable {
        var key: String
        var value: YAMLNode
    }

    var content: Content
    /// Counted from 1; 0 where unknown.
    var line: Int

    /// Bounds what aliases of aliases can expand to.
    static let maximumNodes = 100_000
    private static let maximumDepth = 64

    /// Reads the one document of a text; an empty text is ``Content/null``.
    init(parsing text: String, file: String) throws(KubeconfigError) {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw Self.describe(error, file: file)
        }
        guard let root else {
            self.init(content: .null, line: 1)
            return
        }
        var count = 0
        self = try Self.converted(root, depth: 0, count: &count, file: file)
    }

    init(content: Content, line: Int) {
        self.content = content
        self.line = line
    }

    private static func converted(
        _ node: Node, depth: Int, count: inout Int, file: String
    ) throws(KubeconfigError) -> YAMLNode {
        let line = node.mark?.line ?? 0
        count += 1
        guard count <= maximumNodes, depth <= maximumDepth else {
            throw KubeconfigError(file: file, line: line, problem: "is nested too deeply, or expands to too much")
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return YAMLNode(content: isNull ? .null : .scalar(scalar.string, isPlain: isPlain), line: line)
        case .sequence(let sequence):
            var items: [YAMLNode] = []
            for item in sequence {
                items.append(try converted(item, depth: depth + 1, count: &count, file: file))
            }
            return YAMLNode(content: .sequence(items), line: line)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw KubeconfigError(file: file, line: line, problem: "has a key that is not a text")
                }
                members.append(
                    Member(
                        key: name.string, value: try converted(value, depth: depth + 1, count: &count, file: file)))
            }
            return YAMLNode(content: .mapping(members), line: line)
        case .alias:
            throw KubeconfigError(file: file, line: line, problem: "has an alias that names nothing")
        }
    }

    /// The parser's own descriptions quote the line, which may hold a token.
    private static func describe(_ error: any Error, file: String) -> KubeconfigError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            KubeconfigError(file: file, line: mark.line, problem: "is not YAML: \(problem) (column \(mark.column))")
        case .reader(let problem, _, _, _):
            KubeconfigError(file: file, problem: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(_, let context):
            KubeconfigError(file: file, line: context.mark.line, problem: "has a mapping that names a key twice")
        default:
            KubeconfigError(file: file, problem: "is not YAML")
        }
    }
}

extension YAMLNode {
    /// The same document as JSON, with the scalars of YAML's core schema.
    var json: JSONValue {
        switch content {
        case .null: return .null
        case .scalar(let text, let isPlain):
            guard isPlain else { return .string(text) }
            if let flag = Self.flag(text) { return .bool(flag) }
            if let integer = Int64(text) { return .integer(integer) }
            let isNumeric = text.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if isNumeric, let number = Double(text), number.isFinite { return .number(number) }
            return .string(text)
        case .sequence(let items): return .array(items.map(\.json))
        case .mapping(let members):
            return .object(Dictionary(members.map { ($0.key, $0.value.json) }) { first, _ in first })
        }
    }

    static func flag(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }
}

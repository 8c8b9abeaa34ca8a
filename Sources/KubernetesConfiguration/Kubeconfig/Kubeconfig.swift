import FoundationEssentials
public import OperatorCore

/// What kubectl's configuration files say, merged: clusters, users, and the contexts that pair them.
///
/// See "Organizing Cluster Access Using kubeconfig Files" in the Kubernetes documentation. Each cluster, user and context
/// is taken whole from the first file that has one of that name. Only the chosen context is examined further, so that an
/// entry that this library cannot use does no harm while nobody asks for it.
public struct Kubeconfig: Sendable, Hashable {
    /// Name of the context that is used where no other is asked for.
    public let currentContext: String?
    let clusters: [String: KubeconfigField]
    let users: [String: KubeconfigField]
    let contexts: [String: KubeconfigField]
    /// The files that were read, in order of precedence.
    public let paths: [String]

    /// Names of all contexts, sorted.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// Reads the files that kubectl would.
    ///
    /// - Parameters:
    ///   - path: reads exactly this file, which has to be there.
    ///   - environment: of the process: `KUBECONFIG`, a list of paths separated by colons, missing ones being skipped;
    ///     where it is not set, `$HOME/.kube/config`.
    /// - Throws: ``KubeconfigError`` where no file is there, or where one cannot be read or understood.
    public init(
        path: String? = nil, environment: [String: String], files: FileReader = .system
    ) throws(KubeconfigError) {
        if let path {
            try self.init(paths: [path], files: files)
            return
        }
        let paths = Self.existingPaths(environment)
        guard !paths.isEmpty else {
            let candidates = Self.candidates(environment)
            let looked = candidates.isEmpty ? "HOME is not set" : "looked for \(candidates.joined(separator: ", "))"
            throw KubeconfigError(
                problem: "not found (\(looked)); name one with KUBECONFIG, or put one at ~/.kube/config")
        }
        try self.init(paths: paths, files: files)
    }

    private static func candidates(_ environment: [String: String]) -> [String] {
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        return listed.isEmpty ? environment["HOME"].map { ["\($0)/.kube/config"] } ?? [] : listed
    }

    /// The files that ``init(path:environment:files:)`` reads where it is given no path; none: it fails.
    public static func existingPaths(_ environment: [String: String]) -> [String] {
        candidates(environment).filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Reads and merges exactly these files, the first taking precedence.
    public init(paths: [String], files: FileReader = .system) throws(KubeconfigError) {
        var current: String?
        var merged: [String: [String: KubeconfigField]] = [:]
        for path in paths {
            let root = try Self.read(path, files: files)
            if current == nil { current = try root["current-context"].text() }
            for kind in ["clusters", "users", "contexts"] {
                let entries = try Self.entries(root[kind])
                merged[kind, default: [:]].merge(entries) { first, _ in first }
            }
        }
        currentContext = current
        clusters = merged["clusters"] ?? [:]
        users = merged["users"] ?? [:]
        contexts = merged["contexts"] ?? [:]
        self.paths = paths
    }

    private static func read(_ path: String, files: FileReader) throws(KubeconfigError) -> KubeconfigField {
        let bytes: [UInt8]
        do throws(FileReader.Failure) {
            bytes = try files.read(path)
        } catch {
            throw KubeconfigError(file: path, problem: "cannot be read: \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KubeconfigError(file: path, problem: "is not text in UTF-8")
        }
        let root = try KubeconfigField(file: path, key: "", node: YAMLNode(parsing: text, file: path))
        guard case .null = root.node?.content else {
            guard case .mapping = root.node?.content else {
                throw KubeconfigError(file: path, line: 1, problem: "is not a kubeconfig: it has to be a mapping")
            }
            if let kind = try root["kind"].text(), kind != "Config" {
                throw root["kind"].wrong("it has to be Config")
            }
            if let version = try root["apiVersion"].text(), version != "v1" {
                throw root["apiVersion"].wrong("it has to be v1")
            }
            return root
        }
        return root
    }

    /// Entries of a list by their names; the keys of their fields show the name instead of the position.
    private static func entries(_ list: KubeconfigField) throws(KubeconfigError) -> [String: KubeconfigField] {
        var entries: [String: KubeconfigField] = [:]
        for item in try list.list() {
            let name = try item.mapping()["name"].required("the name of the entry")
            guard entries[name] == nil else { throw item["name"].wrong("the same list has that name already") }
            entries[name] = KubeconfigField(file: item.file, key: "\(list.key)[\(name)]", node: item.node)
        }
        return entries
    }
}

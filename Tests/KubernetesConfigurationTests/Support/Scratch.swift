import Foundation
import Testing

/// A directory of one test, removed with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        let directory = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }

    /// Lines of a file, empty ones among them; none where it does not exist.
    func lines(_ name: String) -> [String] {
        ((try? read(name)) ?? "").split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// A plugin that notes each run in `runs` and its `KUBERNETES_EXEC_INFO` in `info`, then goes on with the script.
    func plugin(_ script: String) throws -> String {
        let text = """
            #!/bin/sh
            printf '%s\\n' "$*" >>'\(path)/runs'
            printf '%s' "$KUBERNETES_EXEC_INFO" >'\(path)/info'
            \(script)

            """
        return try write("bin/plugin", text, mode: 0o700)
    }
}

extension String {
    var base64: String { Data(utf8).base64EncodedString() }
}

/// A kubeconfig with one context `c`, whose cluster and user hold the given lines of YAML.
func kubeconfig(cluster: String = "server: https://127.0.0.1:6443", user: String = "token: t0ken") -> String {
    func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)" }.joined(separator: "\n")
    }
    return """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts:
          - name: c
            context: {cluster: k, user: u, namespace: home}
        clusters:
          - name: k
            cluster:
        \(indented(cluster))
        users:
          - name: u
            user:
        \(indented(user))

        """
}

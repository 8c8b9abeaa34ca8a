/// What is wrong with a kubeconfig, where, and what would be right. One line for people; never contains a secret.
public struct KubeconfigError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file that is wrong; empty where it is the choice of files that is.
    public var file: String
    /// Counted from 1; `nil` where nothing in the file can be pointed at.
    public var line: Int?
    /// The key from the top, such as `users[admin].user.exec.apiVersion`; empty for the file as a whole.
    public var key: String
    /// What is there, and what it has to be.
    public var problem: String

    public init(file: String = "", line: Int? = nil, key: String = "", problem: String) {
        self.file = file
        self.line = line
        self.key = key
        self.problem = problem
    }

    public var description: String {
        let place = file.isEmpty ? "kubeconfig" : file + (line.map { ":\($0)" } ?? "")
        return "\(place): \(key.isEmpty ? "" : "\(key) ")\(problem)"
    }
}

import OperatorCore
import Synchronization

/// Files in memory that a test writes and removes.
final class MemoryFiles: Sendable {
    private let files: Mutex<[String: String]>
    private let reads = Mutex(0)

    init(_ files: [String: String] = [:]) { self.files = Mutex(files) }

    subscript(_ path: String) -> String? {
        get { files.withLock { $0[path] } }
        set { files.withLock { $0[path] = newValue } }
    }

    /// How often any file was read, or was meant to be.
    var readCount: Int { reads.withLock(\.self) }

    var reader: FileReader {
        FileReader { path throws(FileReader.Failure) in
            self.reads.withLock { $0 += 1 }
            guard let text = self[path] else {
                throw FileReader.Failure(path: path, reason: "No such file or directory")
            }
            return Array(text.utf8)
        }
    }
}

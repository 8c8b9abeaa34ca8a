import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a secret comes from: set once, or in a file that may be replaced while the program runs.
public final class SecretSource: Sendable {
    /// Why there is no secret; the message names the file and never quotes its content.
    public struct LoadError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The longest secret in bytes.
    static let maximumBytes = 64 * 1024

    private let path: String?
    private let isDocument: Bool
    private let last: Mutex<SecretValue>

    /// A secret that does not change.
    ///
    /// - Parameter isDocument: whether it may have several lines, as a key file's JSON has; such a secret is never sent.
    /// - Throws: ``LoadError`` if nothing is left of it without surrounding white space, or if it contains control characters.
    public init(literal text: String, isDocument: Bool = false) throws(LoadError) {
        path = nil
        self.isDocument = isDocument
        last = Mutex(try Self.clean(Array(text.utf8), what: "the value", isDocument: isDocument))
    }

    /// A secret in a file, such as a mounted Secret.
    ///
    /// - Parameter isDocument: whether it may have several lines, as a key file's JSON has; such a secret is never sent.
    /// - Throws: ``LoadError`` if the file cannot be read now, is empty, too long, or has control characters inside.
    public init(file path: String, isDocument: Bool = false) throws(LoadError) {
        self.path = path
        self.isDocument = isDocument
        last = Mutex(try Self.load(path, isDocument: isDocument))
    }

    /// The secret as it is now.
    ///
    /// A file is read at every call, since only reading tells whether it has changed; it is small and local, and calls
    /// happen as rarely as requests to a provider. While it is absent, empty or malformed, as it may be in the middle of a
    /// replacement, the secret stays what it was.
    public func current() -> SecretValue {
        guard let path, let value = try? Self.load(path, isDocument: isDocument) else { return last.withLock { $0 } }
        last.withLock { $0 = value }
        return value
    }

    private static func load(_ path: String, isDocument: Bool) throws(LoadError) -> SecretValue {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw LoadError(description: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw LoadError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { break }
            bytes += part[..<count]
            guard bytes.count <= maximumBytes else {
                throw LoadError(description: "\(path) is longer than \(maximumBytes) bytes")
            }
        }
        return try clean(bytes, what: path, isDocument: isDocument)
    }

    /// Without surrounding white space. Control characters inside could smuggle something into a request's header.
    private static func clean(_ bytes: [UInt8], what: String, isDocument: Bool) throws(LoadError) -> SecretValue {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard !trimmed.isEmpty else { throw LoadError(description: "\(what) is empty") }
        guard trimmed.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || isDocument && isSpace($0) }) else {
            throw LoadError(description: "\(what) has a line break or another control character inside")
        }
        return SecretValue(String(decoding: trimmed, as: UTF8.self))
    }
}

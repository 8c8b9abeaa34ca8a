#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads small files whole; a closure, so that tests need no disk.
public struct FileReader: Sendable {
    /// Why a file could not be read.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public var path: String
        /// The operating system's reason.
        public var reason: String

        public init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        public var description: String { "\(path): \(reason)" }
    }

    /// The ``Failure/reason`` where there is no such file.
    public static let absence = String(cString: strerror(ENOENT))

    private let body: @Sendable (String) throws(Failure) -> [UInt8]

    public init(_ read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8]) { body = read }

    public func read(_ path: String) throws(Failure) -> [UInt8] { try body(path) }

    /// Largest file that ``system`` reads, in bytes. Tokens and authorities take a few KiB.
    public static let maximumBytes = 1024 * 1024

    /// The operating system's files. Blocks, but what is read here lies in memory (`tmpfs`) or is a few KiB.
    public static let system = FileReader { path throws(Failure) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { readOnce(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw Failure(path: path, reason: "larger than \(maximumBytes) bytes")
            }
        }
    }
}

/// `read(2)`, which the method above hides inside the type.
private func readOnce(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

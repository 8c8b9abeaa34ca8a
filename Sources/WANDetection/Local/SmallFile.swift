#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads files that are expected to be small, and nothing but files: a pipe or a device could block.
enum SmallFile {
    /// - Parameter limit: more bytes than this are a failure.
    static func read(_ path: String, limit: Int = 4096) throws(SourceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SourceError(.invalidAnswer, "\(path) is not a regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, 65_536))
        while bytes.count <= limit {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, &buffer, buffer.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, &buffer, buffer.count)
            #else
                let count = Darwin.read(descriptor, &buffer, buffer.count)
            #endif
            if count == 0 { return bytes }
            if count < 0 {
                guard errno == EINTR else { throw failure(path, errno) }
                continue
            }
            bytes += buffer[..<count]
        }
        throw SourceError(.invalidAnswer, "\(path) has more than \(limit) bytes")
    }

    static func text(_ path: String, limit: Int = 1 << 20) throws(SourceError) -> String {
        String(decoding: try read(path, limit: limit), as: UTF8.self)
    }

    private static func failure(_ path: String, _ number: Int32) -> SourceError {
        SourceError(.failed, "cannot read \(path): \(String(cString: strerror(number)))")
    }
}

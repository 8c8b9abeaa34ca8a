#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Replaces a file so that whoever reads it, also after a loss of power, finds the old content or the new, never a part.
enum AtomicFile {
    struct Failure: Error, Hashable, CustomStringConvertible {
        let description: String

        init(_ what: String, _ path: String, _ number: Int32 = errno) {
            description = "\(path) \(what): \(String(cString: strerror(number)))"
        }
    }

    /// Blocks until the disk has it.
    ///
    /// The new content is written beside the old, under the name with `.new` behind it. The file is its owner's alone.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let new = path + ".new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot be created", new) }
        do throws(Failure) {
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Self.system(descriptor, $0) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Failure("cannot be written", new) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw Failure("cannot be written", new) }
        } catch {
            unlink(new)
            throw error
        }
        guard rename(new, path) == 0 else {
            let failure = Failure("cannot be replaced", path)
            unlink(new)
            throw failure
        }
        // The new name is in the directory, which has to reach the disk as well. Some file systems cannot be asked to.
        let directory = open(Self.directory(of: path), O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func system(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Darwin)
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}

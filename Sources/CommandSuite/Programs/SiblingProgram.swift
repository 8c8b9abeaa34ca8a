#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An executable that is installed in the same directory as the one that runs.
public struct SiblingProgram: Sendable, Hashable {
    /// Why the process did not become the program.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    public let name: String
    public let path: String

    /// The program of that name beside this process's executable, or beside what a symbolic link to it leads to.
    ///
    /// - Throws: ``Failure`` where the system does not tell where the executable is.
    public init(_ name: String) throws(Failure) {
        guard let own = Self.executablePath else {
            throw Failure(
                description: "\(name) cannot be looked for: the system does not tell where this executable is")
        }
        self.init(name, besides: own)
    }

    /// - Parameter executable: an absolute path without symbolic links.
    init(_ name: String, besides executable: String) {
        self.name = name
        path = executable[...(executable.lastIndex(of: "/") ?? executable.startIndex)] + name
    }

    /// Becomes the program: process, descriptors and environment stay, so that signals, terminals and exit codes need nobody
    /// in between.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - purpose: what needs it, for the error.
    /// - Throws: ``Failure``; does not return otherwise.
    public func become(_ arguments: [String], for purpose: String) throws(Failure) -> Never {
        // Threads of the runtime block signals, and a program inherits that from whoever becomes it.
        var signals = sigset_t()
        sigemptyset(&signals)
        var former = sigset_t()
        pthread_sigmask(SIG_SETMASK, &signals, &former)
        var pointers = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, &pointers)
        let number = errno
        pthread_sigmask(SIG_SETMASK, &former, nil)
        pointers.forEach { free($0) }
        guard number == ENOENT else {
            throw Failure(
                description: "\(purpose) needs \(path), which cannot be started: \(String(cString: strerror(number)))")
        }
        throw Failure(
            description:
                "\(purpose) needs \(name), which is not installed: there is no \(path). It is built and installed "
                + "together with esddns, into the same directory")
    }

    private static var executablePath: String? {
        #if canImport(Darwin)
            var buffer = [CChar](repeating: 0, count: 4096)
            var size = UInt32(buffer.count)
            guard _NSGetExecutablePath(&buffer, &size) == 0, let path = realpath(buffer, nil) else { return nil }
            defer { free(path) }
            return String(cString: path)
        #else
            guard let path = realpath("/proc/self/exe", nil) else { return nil }
            defer { free(path) }
            return String(cString: path)
        #endif
    }
}

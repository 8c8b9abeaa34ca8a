import Foundation
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program that runs until it is told to end, and never longer than the process that started it.
///
/// A shell stands between the two and reads from a pipe whose other end is here. When that is closed, by ``end()`` or
/// because this process is no more, it kills the program.
final class ServerProcess: Sendable {
    private static let script = """
        exec 3<&0 </dev/null
        "$@" 3<&- &
        program=$!
        { read -r _ <&3; kill -9 "$program"; } 2>/dev/null &
        guard=$!
        wait "$program"
        status=$?
        kill "$guard" 2>/dev/null
        exit "$status"
        """

    private let path: String
    private let arguments: [String]
    private let log: String
    private let readEnd: FileDescriptor
    private let writeEnd: Mutex<FileDescriptor?>

    init(_ path: String, _ arguments: [String], log: String) throws {
        self.path = path
        self.arguments = arguments
        self.log = log
        let pipe = try FileDescriptor.pipe()
        // Programs that other tests start must not hold the pipe open.
        for end in [pipe.readEnd, pipe.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        readEnd = pipe.readEnd
        writeEnd = Mutex(pipe.writeEnd)
    }

    /// Makes ``run()`` return. Idempotent.
    func end() {
        let end = writeEnd.withLock { end in
            defer { end = nil }
            return end
        }
        try? end?.close()
    }

    /// Returns after ``end()``, when the program is gone.
    ///
    /// - Throws: ``ControlPlane/Failure`` where the program ends by itself, with the last it had to say.
    func run() async throws {
        let output = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
        defer { try? output.close() }
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(["-c", Self.script, "sh", path] + arguments),
            input: .fileDescriptor(readEnd, closeAfterSpawningProcess: true),
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: false))
        guard writeEnd.withLock({ $0 != nil }) else { return }
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw ControlPlane.Failure(
            description: "\(path) has ended by itself (\(result.terminationStatus)): \(words.suffix(2000))")
    }
}

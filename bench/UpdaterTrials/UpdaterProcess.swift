import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One `esddns-updater` as a process of its own, whose log goes to a file.
final class UpdaterProcess: Sendable {
    let name: String
    private let log: URL
    private let process = Mutex<Process?>(nil)

    init(name: String, executable: String, environment: [String: String], directory: URL) throws {
        self.name = name
        log = directory.appending(path: "\(name).log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        defer { try? output.close() }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process.withLock { $0 = process }
    }

    /// Whether its log has a line with this text.
    func hasSaid(_ text: String) -> Bool { said.contains(text) }

    /// What it has logged.
    var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// Resident memory in bytes: what belongs to it alone, and all of it. Zero where the system does not tell.
    var memory: (anonymous: Int, resident: Int) {
        guard let id = process.withLock({ $0?.processIdentifier }),
            let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        else { return (0, 0) }
        func kilobytes(_ key: String) -> Int {
            for line in status.split(separator: "\n") where line.hasPrefix("\(key):") {
                return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
            }
            return 0
        }
        return (kilobytes("RssAnon") * 1024, kilobytes("VmRSS") * 1024)
    }

    /// Ends it at once, as a power cut would, and waits until it is gone.
    func kill() {
        guard let process = process.withLock({ $0 }), process.isRunning else { return }
        // Only this one process, which is ours.
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

import CurlHTTP
import Foundation
import HTTPTypes

/// A process that serves its state at a port of its own choice, and what it costs the system.
final class ServedProcess: Sendable {
    private let process: Process
    private let log: URL
    private let started: ContinuousClock.Instant

    init(_ executable: URL, _ environment: [String: String], log: URL) throws {
        self.log = log
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        defer { try? output.close() }
        process = Process()
        process.executableURL = executable
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        started = .now
        try process.run()
    }

    /// Waits for the first 200 of `/readyz`.
    ///
    /// - Returns: how long after its start that was, to within two milliseconds.
    func untilReady() async throws -> Duration {
        try await withHTTPClient { client in
            while true {
                if let port = self.port {
                    let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/readyz")
                    if let answer = try? await client.send(request), answer.status == .ok {
                        return self.started.duration(to: .now)
                    }
                }
                guard self.process.isRunning, self.started.duration(to: .now) < .seconds(60) else {
                    throw BenchmarkError(
                        "\(self.process.executableURL?.lastPathComponent ?? "") is not ready: \(self.said)")
                }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// Of all threads that there are.
    var processorSeconds: Double {
        let threads = "/proc/\(process.processIdentifier)/task"
        return ((try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []).reduce(0) { sum, thread in
            let text = (try? String(contentsOfFile: "\(threads)/\(thread)/schedstat", encoding: .utf8)) ?? ""
            return sum + (text.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
        }
    }

    /// In bytes: what belongs to it alone, and all of it.
    var memory: (anonymous: Int, resident: Int) {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        func kilobytes(_ key: String) -> Int {
            for line in text.split(separator: "\n") where line.hasPrefix("\(key):") {
                return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
            }
            return 0
        }
        return (kilobytes("RssAnon") * 1024, kilobytes("VmRSS") * 1024)
    }

    /// Asks it to end, and waits until it has.
    func end() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    private var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// As it says in its log.
    private var port: Int? {
        guard let place = said.range(of: "status server listening"),
            let port = said[place.upperBound...].range(of: " port=")
        else { return nil }
        return Int(said[port.upperBound...].prefix { $0.isNumber })
    }
}

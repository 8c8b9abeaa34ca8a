import Foundation

/// `scripts/peers/metrics-server.py`, running.
final class MetricsPeer {
    let port: Int
    private let process: Process
    private let input: Pipe

    private init(port: Int, process: Process, input: Pipe) {
        self.port = port
        self.process = process
        self.input = input
    }

    /// - Returns: `nil` where it is not installed.
    static func start(pageBytes: Int) throws -> MetricsPeer? {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        let interpreter = root.appending(path: ".build-tools/metrics/bin/python")
        guard FileManager.default.isExecutableFile(atPath: interpreter.path) else { return nil }
        let process = Process()
        process.executableURL = interpreter
        process.arguments = [root.appending(path: "scripts/peers/metrics-server.py").path, String(pageBytes)]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.filter(\.isNumber)) else {
            process.terminate()
            throw BenchmarkError("metrics-server.py did not start")
        }
        return MetricsPeer(port: port, process: process, input: input)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

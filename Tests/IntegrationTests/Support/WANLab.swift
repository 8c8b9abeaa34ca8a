import Foundation

/// The laboratory of `scripts/lab/wan-lab.sh`: a site behind a router whose WAN address can be changed, with coturn and Knot
/// outside, each in a network namespace.
struct WANLab {
    private static let script = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "scripts/lab/wan-lab.sh").path

    /// Why there can be no laboratory on this machine; `nil` where there can be one.
    static let obstacle: String? = {
        let process = Process()
        process.executableURL = URL(filePath: script)
        process.arguments = ["supported"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do {
            try process.run()
        } catch {
            return "\(error)"
        }
        let output = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0
            ? nil : String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    /// Whether the test runs: it is skipped only outside of continuous integration, where it must run, and says so loudly.
    static let isWanted: Bool = {
        guard let obstacle, ProcessInfo.processInfo.environment["CI"] != "true" else { return true }
        let line = String(repeating: "!", count: 80)
        FileHandle.standardError.write(
            Data("\(line)\nSKIPPED: a WAN address that really changes was NOT tested: \(obstacle)\n\(line)\n".utf8))
        return false
    }()

    /// What `up` has told, by name.
    let facts: [String: String]

    /// Builds a laboratory, runs `body` in it, and takes it down; it also comes down by itself when this process ends.
    static func run<Result>(_ body: (WANLab) async throws -> Result) async throws -> Result {
        if let obstacle { throw TestProgram.Failure(description: "no laboratory: \(obstacle)") }
        let lab = WANLab(
            facts: Dictionary(
                try await command(["up", "--owner", String(ProcessInfo.processInfo.processIdentifier)])
                    .split(separator: "\n").compactMap { line in
                        let parts = line.split(separator: "=", maxSplits: 1)
                        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
                    }
            ) { _, last in last })
        do {
            let result = try await body(lab)
            try await lab.perform("down")
            return result
        } catch {
            try await lab.perform("down")
            throw error
        }
    }

    /// A fact, such as `STUN_SERVERS` for `WAN_LAB_STUN_SERVERS`.
    func fact(_ name: String) throws -> String {
        guard let value = facts["WAN_LAB_\(name)"] else {
            throw TestProgram.Failure(description: "the laboratory did not tell WAN_LAB_\(name)")
        }
        return value
    }

    func changeAddress(to address: String) async throws { try await perform("change-address", address) }

    /// What the zone's name server answers, asked with `kdig` from the site; empty where there is no answer.
    func dig(_ name: String) async throws -> String {
        (try? await perform("dig", name)) ?? ""
    }

    /// Dynamic updates that have changed the zone so far.
    func zoneUpdates() async throws -> Int {
        let text = try await perform("zone-updates")
        guard let count = Int(text) else { throw TestProgram.Failure(description: "no number of updates: \(text)") }
        return count
    }

    @discardableResult
    func perform(_ arguments: String...) async throws -> String {
        try await Self.command(["--prefix", try fact("PREFIX")] + arguments)
    }

    private static func command(_ arguments: [String]) async throws -> String {
        let (output, status) = try await TestProgram.run(script, arguments)
        guard status == 0 else {
            throw TestProgram.Failure(description: "wan-lab.sh \(arguments.joined(separator: " ")): \(output)")
        }
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

import ClusterSimulator
import CurlHTTP
import Foundation
import Testing

@testable import AddressSync

/// What a Prometheus finds at the built executables.
@Suite(.timeLimit(.minutes(2))) struct ExecutableMetricsTests {
    /// A running executable, and the port at which it serves its metrics.
    ///
    /// - Parameter descriptors: how many files it may have open; `nil`: as many as the tests.
    static func start(
        _ name: String, _ environment: [String: String], descriptors: Int? = nil
    ) async throws -> (process: Process, port: String) {
        let process = Process()
        process.executableURL = try ProcessEntryTests.executable(name)
        if let descriptors, let executable = process.executableURL {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "ulimit -n \(descriptors); exec \"$0\"", executable.path]
        }
        process.environment = environment
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let handle = output.fileHandleForReading
        // Reading blocks a thread, so not one of those that the tests run on.
        let port = await withCheckedContinuation { (found: CheckedContinuation<String?, Never>) in
            Thread.detachNewThread {
                var text = ""
                var waiting: CheckedContinuation<String?, Never>? = found
                while true {
                    let data = handle.availableData
                    text += String(decoding: data, as: UTF8.self)
                    if let continuation = waiting, let match = text.firstMatch(of: /"port":"(\d+)"/) {
                        continuation.resume(returning: String(match.1))
                        waiting = nil
                    }
                    if data.isEmpty { break }
                }
                waiting?.resume(returning: nil)
            }
        }
        do {
            return (process, try #require(port, "\(name) does not say where it listens"))
        } catch {
            process.terminate()
            throw error
        }
    }

    @Test(arguments: [("esddns-leader", Site.Role.leader), ("esddns-updater", .updater)])
    func requestsAndWatchesAreMeasured(name: String, role: Site.Role) async throws {
        try await Site.run { site in
            try site.makeAccount(name, role)
            let environment = site.environment(of: name, ["LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json"])
            let (process, port) = try await Self.start(name, environment)
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            // The list before it has been counted by then.
            let user = site.user(name).name
            await site.cluster.api.waitForCall {
                $0.user == user && $0.verb == "watch" && $0.resource == "configmaps"
            }
            let text = try await withHTTPClient { client in
                let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/metrics")
                return String(decoding: try await client.send(request).body, as: UTF8.self)
            }
            func has(_ metric: String, _ labels: String...) -> Bool {
                text.split(separator: "\n").contains { line in
                    line.hasPrefix("\(metric){") && labels.allSatisfy(line.contains)
                }
            }
            let host = #"host="127.0.0.1:\#(site.cluster.api.port)""#
            #expect(has("rest_client_requests_total", #"code="200""#, #"method="GET""#, host), "\(text)")
            #expect(has("rest_client_request_duration_seconds_count", #"verb="GET""#, host))
            let watched = #"resource="configmaps""#
            #expect(has("kubernetes_watch_restarts_total", watched, #"reason="ended""#))
            #expect(has("kubernetes_watch_last_event_age_seconds", watched))
        }
    }
}

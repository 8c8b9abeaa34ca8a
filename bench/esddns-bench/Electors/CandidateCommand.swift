import ArgumentParser
import ElectorTrials
import Foundation
import KubernetesConfiguration
import OperatorCore

/// An elector of ours as a program of its own, with the flags and the output that all electors of a trial have.
struct CandidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "candidate", abstract: "Runs for leadership of a Lease, and says when it leads.",
        shouldDisplay: false)

    @Option var kubeconfig: String
    @Option var namespace: String
    @Option var lease: String
    @Option var identity: String
    @Option(transform: Self.duration) var leaseDuration: Duration = .seconds(15)
    @Option(transform: Self.duration) var renewDeadline: Duration = .seconds(10)
    @Option(transform: Self.duration) var retryPeriod: Duration = .seconds(2)

    func run() async throws {
        let client = try await KubernetesClient.configured(
            kubeconfig: kubeconfig, environment: ProcessInfo.processInfo.environment, fieldManager: "esddns-bench")
        let elector = LeaderElector(
            settings: try ElectionSettings(
                leaseName: lease, namespace: namespace, identity: identity, leaseDuration: leaseDuration,
                renewDeadline: renewDeadline, retryPeriod: retryPeriod),
            api: client)
        // Not one of libdispatch's default handlers: SIGTERM has to be heard, not obeyed.
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { elector.stop() }
        source.resume()
        let identity = identity
        let end = await elector.run { _ in
            Self.say("leading", identity)
            // Until it is cancelled.
            try? await Task.sleep(for: .seconds(1_000_000_000))
            Self.say("stopped", identity)
        }
        source.cancel()
        await client.shutdown()
        if case .lost(let why) = end { throw CandidateLost(description: "lost the term: \(why)") }
    }

    private struct CandidateLost: Error, CustomStringConvertible {
        let description: String
    }

    private static func say(_ what: String, _ identity: String) {
        FileHandle.standardOutput.write(Data("\(UnixClock.nanoseconds) \(what) \(identity)\n".utf8))
    }

    /// As Go writes them: `1500ms`, `15s`.
    private static func duration(_ text: String) throws -> Duration {
        if text.hasSuffix("ms"), let value = Int64(text.dropLast(2)) { return .milliseconds(value) }
        if text.hasSuffix("s"), let value = Double(text.dropLast()) { return .seconds(value) }
        throw ValidationError("\(text) is no duration such as 1500ms or 15s")
    }
}

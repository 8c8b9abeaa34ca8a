import AddressSync
import CommandSuite
import NetworkPrimitives

/// What `esddns detect` was asked for, and the answer.
struct DetectOptions: Sendable, Hashable {
    var stun: [String] = []
    var stunList: [String] = []
    var http: [String] = []
    var dns: [String] = []
    var quorum = 2
    var isIPv6 = false
    /// In seconds.
    var timeout = 10.0
    var allowNonGlobal = false
    var isJSON = false

    func request() throws(DetectionRequest.Invalid) -> DetectionRequest {
        let seconds = timeout.isFinite ? min(max(timeout, -1), 1e6) : -1
        return try DetectionRequest(
            .init(stun: stun, http: http, dns: dns, lists: stunList), quorum: quorum, family: isIPv6 ? .ipv6 : .ipv4,
            allowNonGlobal: allowNonGlobal, timeout: .seconds(seconds))
    }

    /// Asks, and prints what came of it.
    ///
    /// - Returns: the exit code.
    func detect() async -> Int32 {
        Interruption.endsQuietly()
        let report: DetectionReport
        do {
            let request = try request()
            for problem in request.unreadable { Output.print("not asked: \(problem)\n", to: .error) }
            report = try await Progress.during("asking \(request.sources.count) sources") { _ in
                try await request.run()
            }
        } catch {
            Output.print("Error: \(error)\n", to: .error)
            return ProcessEntry.ExitCode.unavailable
        }
        for problem in report.problems { Output.print("not asked: \(problem)\n", to: .error) }
        Output.print(isJSON ? report.json + "\n" : report.table(isColored: Terminal.output.isColored))
        return report.isConfirmed ? 0 : ProcessEntry.ExitCode.temporaryFailure
    }
}

extension DetectOptions {
    /// The options of a command line that is as plain as scripts write them: `detect`, and every option once, or as often as it
    /// may be repeated, by its whole name with a proper value.
    ///
    /// `nil` for everything else, be it wrong or only less plain, which is ``DetectCommand``'s to read and to answer. What is read
    /// here is read there as the same: the parser looks at types and conformances of the whole executable, which takes as long
    /// as the rest of a start.
    ///
    /// - Parameter arguments: without the program's name.
    init?(plain arguments: [String]) {
        guard arguments.first == "detect" else { return nil }
        self.init()
        var seen: Set<String> = []
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            if parts.count == 1, let flag = Self.flags[name] {
                guard seen.insert(name).inserted else { return nil }
                self[keyPath: flag] = true
                continue
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty, value.first != "-" else {
                return nil
            }
            if let list = Self.lists[name] {
                self[keyPath: list].append(value)
                continue
            }
            guard seen.insert(name).inserted else { return nil }
            switch name {
            case "--quorum":
                guard let number = Int(value) else { return nil }
                quorum = number
            case "--timeout":
                guard let number = Double(value) else { return nil }
                timeout = number
            default: return nil
            }
        }
        guard (try? request()) != nil else { return nil }
    }

    private static var flags: [String: WritableKeyPath<DetectOptions, Bool>] {
        ["--ipv6": \.isIPv6, "--allow-non-global": \.allowNonGlobal, "--json": \.isJSON]
    }

    private static var lists: [String: WritableKeyPath<DetectOptions, [String]>] {
        ["--stun": \.stun, "--stun-list": \.stunList, "--http": \.http, "--dns": \.dns]
    }
}

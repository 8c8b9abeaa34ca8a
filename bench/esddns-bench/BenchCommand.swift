import ArgumentParser
import Foundation

@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "esddns-bench",
        abstract: "Measures what the project promises, beside its peers.",
        discussion: """
            docs/benchmarks.md explains each benchmark. A target that is missed is marked; only a benchmark that could not \
            be run, or --strict, makes this fail.
            """,
        subcommands: [RunCommand.self, SimulatorCommand.self, CandidateCommand.self],
        defaultSubcommand: RunCommand.self)
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Measures, and prints a table.")

    @Option(help: ArgumentHelp("Only benchmarks whose name contains this; may be repeated.", valueName: "name"))
    var filter: [String] = []

    @Option(help: "How often each is measured, in place of its own number.")
    var runs: Int?

    @Option(help: ArgumentHelp("Where the results go as lines of JSON.", valueName: "file"))
    var json: String?

    @Flag(help: "Only list the benchmarks, and what they measure.")
    var list = false

    @Flag(help: "Fail where a target is missed.")
    var strict = false

    func validate() throws {
        if let runs, runs < 1 { throw ValidationError("--runs is \(runs); it has to be at least 1") }
        if Benchmarks.matching(filter).isEmpty {
            let names = Benchmarks.all.map { $0.name }.joined(separator: ", ")
            throw ValidationError(
                "no benchmark's name contains \(filter.joined(separator: " or ")); there are: \(names)")
        }
    }

    func run() async throws {
        let types = Benchmarks.matching(filter)
        if list {
            for type in types { print("\(type.name) (\(type.runs) runs): \(type.summary)") }
            return
        }
        var results: [BenchmarkResult] = []
        for type in types { results.append(await measure(type)) }
        print("\n\(Machine.description); API server: \(BenchServer.name)\n")
        print(ResultTable(results: results))
        if let json {
            let lines = try results.flatMap { try $0.lines(at: Date()) }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: json), options: .atomic)
        }
        if results.contains(where: { $0.hasFailed || (strict && $0.missesTarget) }) { throw ExitCode.failure }
    }

    private func measure(_ type: any Benchmark.Type) async -> BenchmarkResult {
        let count = runs ?? type.runs
        Self.note("\(type.name) (\(count) runs): \(type.summary)")
        let context = BenchmarkContext(runs: count) { Self.note("  \($0)") }
        let start = ContinuousClock.now
        let outcome: Result<[Figure], BenchmarkError>
        do {
            outcome = .success(try await type.init().run(context))
        } catch {
            outcome = .failure(error as? BenchmarkError ?? BenchmarkError("\(error)"))
        }
        return BenchmarkResult(name: type.name, outcome: outcome, duration: start.duration(to: .now))
    }

    /// To standard error, so that standard output has the table and nothing else.
    private static func note(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
}

/// Numbers mean little without where they were measured.
enum Machine {
    static var description: String {
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first ?? "?"
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let system = ProcessInfo.processInfo.operatingSystemVersionString
        return "measured on \(processors) processors, load \(load), \(system)\(isDebugBuild ? ", DEBUG BUILD" : "")"
    }

    private static var isDebugBuild: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }
}

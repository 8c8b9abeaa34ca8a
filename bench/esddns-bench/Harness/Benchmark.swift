/// Something that is measured. One type and one file each; ``Benchmarks/all`` lists them.
///
/// A benchmark that has peers starts them itself, in the same run and under the same conditions, and says which of them
/// are missing. It never stands a stored number in for one.
protocol Benchmark: Sendable {
    /// What `--filter` looks for: lower case, words joined by hyphens.
    static var name: String { get }
    /// What is measured and how, for whoever reads the table.
    static var summary: String { get }
    /// How often it is measured where `--runs` says nothing.
    static var runs: Int { get }

    init()

    /// Measures. Has ended everything that it started when it returns or throws.
    func run(_ context: BenchmarkContext) async throws -> [Figure]
}

/// What a benchmark is given.
struct BenchmarkContext: Sendable {
    /// How often to measure, or however the benchmark's summary explains the number.
    let runs: Int
    /// Tells people how far it is; not part of the results.
    let progress: @Sendable (String) -> Void
}

/// Why a benchmark could not be run.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

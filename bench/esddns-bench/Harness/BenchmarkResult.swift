import Foundation

/// What became of one benchmark.
struct BenchmarkResult: Sendable {
    let name: String
    let outcome: Result<[Figure], BenchmarkError>
    /// How long it took altogether.
    let duration: Duration

    var figures: [Figure] { (try? outcome.get()) ?? [] }
    var hasFailed: Bool { if case .failure = outcome { true } else { false } }
    var missesTarget: Bool { figures.contains { $0.meetsTarget == false } }
}

extension BenchmarkResult {
    /// The results for programs: a line of JSON for each figure, or one that says why there is none.
    func lines(at time: Date) throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let stamp = time.formatted(.iso8601)
        let records: [Record] =
            switch outcome {
            case .failure(let error): [Record(benchmark: name, time: stamp, error: error.description)]
            case .success(let figures): figures.map { Record($0, of: name, at: stamp) }
            }
        return try records.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    }

    private struct Record: Encodable {
        var benchmark: String
        var time: String
        var figure: String?
        var unit: String?
        var statistic: String?
        var value: Double?
        var samples: [Double]?
        var target: String?
        var met: Bool?
        var peers: [PeerRecord]?
        var error: String?

        init(benchmark: String, time: String, error: String) {
            self.benchmark = benchmark
            self.time = time
            self.error = error
        }

        init(_ figure: Figure, of benchmark: String, at time: String) {
            self.benchmark = benchmark
            self.time = time
            self.figure = figure.what
            unit = figure.unit
            statistic = figure.statistic.description
            value = figure.value
            samples = figure.samples
            target = figure.target?.description
            met = figure.meetsTarget
            peers = figure.peers.isEmpty ? nil : figure.peers.map { PeerRecord($0, in: figure) }
        }
    }

    private struct PeerRecord: Encodable {
        var name: String
        var value: Double?
        var samples: [Double]?
        var ratio: Double?
        var missing: String?

        init(_ peer: Figure.Peer, in figure: Figure) {
            name = peer.name
            value = figure.value(of: peer)
            ratio = figure.ratio(to: peer)
            switch peer.outcome {
            case .measured(let samples): self.samples = samples
            case .missing(let why): missing = why
            }
        }
    }
}

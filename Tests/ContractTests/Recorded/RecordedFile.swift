import Testing

/// One exchange of the recordings, as what every API server is expected to do.
struct RecordedExchange: Sendable {
    /// The comment above the exchange in the recording, or method and target where there is none.
    let title: String
    let perform: @Sendable (Scene) async throws -> Void

    init(_ title: String, _ perform: @escaping @Sendable (Scene) async throws -> Void) {
        self.title = title
        self.perform = perform
    }
}

/// The exchanges of one file of the recordings, in their order: each goes on where the one before it ended.
///
/// They are the suite's own, so that it needs no recordings; ``RecordingCoverageTests`` compares the two where both are
/// there.
struct RecordedFile: Sendable, CustomTestStringConvertible {
    let name: String
    let exchanges: [RecordedExchange]

    var testDescription: String { name }

    static let all: [RecordedFile] = [setup, configMaps, leases, listsAndWatches, access, events, oddities, expiry]
}

import Testing

extension Contracts {
    struct Recorded {
        /// Everything that a real server was recorded to do, and this library or its users may rely on.
        @Test(arguments: RecordedFile.all)
        func everyExchangeIsAnsweredAsRecorded(file: RecordedFile) async throws {
            let scene = Scene(file, try Contract.current)
            for exchange in file.exchanges {
                scene.title = exchange.title
                try await exchange.perform(scene)
            }
        }
    }
}

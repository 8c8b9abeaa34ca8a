import Testing

extension Contracts {
    struct Recorded {
        /// Everything that a real server was recorded to do, and this library or its users may rely on.
        @Test(arguments: RecordedFile.all.filter { $0.name != RecordedFile.expiry.name })
        func everyExchangeIsAnsweredAsRecorded(file: RecordedFile) async throws { try await perform(file) }

        /// A test of its own, so that it is seen where it could not be run.
        @Test func expiredVersionsAreAnsweredAsRecorded() async throws {
            try await Contract.current.requireExpiredVersion()
            try await perform(.expiry)
        }

        private func perform(_ file: RecordedFile) async throws {
            let scene = Scene(file, try Contract.current)
            for exchange in file.exchanges {
                scene.title = exchange.title
                try await exchange.perform(scene)
            }
        }
    }
}

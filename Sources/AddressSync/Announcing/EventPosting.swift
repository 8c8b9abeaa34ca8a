import OperatorCore

extension EventRecorder {
    /// Posts events beside `work`, and the last ones after it: for a moment only, since the process has to end.
    ///
    /// - Parameter grace: how long, by what the work came to.
    func post<Value: Sendable>(
        beside work: () async -> Value, grace: (Value) -> Duration = { _ in .seconds(1) }
    ) async -> Value {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.run() }
            let value = await work()
            finish()
            let grace = grace(value)
            group.addTask { try? await ContinuousClock().sleep(for: grace) }
            await group.next()
            group.cancelAll()
            return value
        }
    }
}

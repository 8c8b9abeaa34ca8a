extension APICore {
    /// Carries one watch: sends what the feed says until time, the server or the client ends it.
    func stream(_ feed: WatchFeed, timeout: Int64?, to writer: any SimulatedBodyWriter) async throws {
        let (id, signals, continuation) = openWatch()
        defer { closeWatch(id) }
        var feed = feed
        let first = withStore { feed.begin($0) }
        try await send(first, to: writer)
        if first.isEnd { return }

        let wantsBookmarks = feed.wantsBookmarks
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.time(timeout, wantsBookmarks: wantsBookmarks, into: continuation) }
            for await signal in signals {
                var output = WatchFeed.Output()
                switch signal {
                case .changed: output = withStore { feed.storeChanged($0) }
                case .bookmark: output = withStore { feed.bookmarkDue($0, onlyNews: false) }
                case .bookmarkTime: output = withStore { feed.bookmarkDue($0, onlyNews: true) }
                case .end, .timedOut: output.isEnd = true
                }
                try await send(output, to: writer)
                if output.isEnd { break }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func send(_ output: WatchFeed.Output, to writer: any SimulatedBodyWriter) async throws {
        guard !output.lines.isEmpty else { return }
        try await writer.write(output.lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
    }

    /// Signals that bookmarks are due at their interval and once more shortly before the end, and the end.
    private func time(
        _ timeout: Int64?, wantsBookmarks: Bool, into feed: AsyncStream<WatchSignal>.Continuation
    ) async throws {
        let end: Duration = timeout.flatMap { $0 > 0 ? .seconds($0) : nil } ?? configuration.defaultWatchTimeout
        let clock = configuration.clock
        var elapsed: Duration = .zero
        while wantsBookmarks {
            var next = elapsed + configuration.bookmarkInterval
            let last = end - configuration.finalBookmarkLead
            if last > elapsed, last < next { next = last }
            guard next < end else { break }
            try await clock.sleep(for: next - elapsed)
            elapsed = next
            feed.yield(.bookmarkTime)
        }
        try await clock.sleep(for: end - elapsed)
        feed.yield(.timedOut)
    }
}

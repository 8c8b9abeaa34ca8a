import Synchronization

/// Holds what the consumer of a watcher has not heard yet: at most one update about the object and one about the
/// connection, each the latest.
///
/// A slow consumer thus skips states that are past, and never lets a queue grow. One consumer at a time.
final class WatchMailbox<Resource: KubernetesResource>: Sendable {
    private struct Slot: Sendable {
        var waiting: WatchUpdate<Resource>?
        var latest: WatchUpdate<Resource>?

        mutating func put(_ update: WatchUpdate<Resource>) -> Bool {
            // A list after a pause mostly finds what is known already.
            guard update != latest else { return false }
            waiting = update
            latest = update
            return true
        }
    }

    private struct Contents: Sendable {
        var object = Slot()
        var connection = Slot()
        /// Which of the two came last, and is therefore handed out last.
        var objectIsNewer = false
    }

    private let contents = Mutex(Contents())
    /// Wakes the consumer; what there is to hear is in the slots.
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init() {
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Leaves an update, in place of an older one of its kind. One that repeats the last of its kind is dropped.
    func put(_ update: WatchUpdate<Resource>) {
        let isNews = contents.withLock { contents in
            let isNews =
                update.isAboutObject ? contents.object.put(update) : contents.connection.put(update)
            if isNews { contents.objectIsNewer = update.isAboutObject }
            return isNews
        }
        if isNews { ring.yield() }
    }

    /// No more updates will come.
    func finish() { ring.finish() }

    /// The next update; `nil` after ``finish()`` and where the task is cancelled.
    func next() async -> WatchUpdate<Resource>? {
        while !Task.isCancelled {
            if let update = take() { return update }
            var iterator = bell.makeAsyncIterator()
            guard await iterator.next() != nil else { return nil }
        }
        return nil
    }

    private func take() -> WatchUpdate<Resource>? {
        contents.withLock { contents in
            if contents.objectIsNewer {
                contents.connection.waiting.take() ?? contents.object.waiting.take()
            } else {
                contents.object.waiting.take() ?? contents.connection.waiting.take()
            }
        }
    }
}

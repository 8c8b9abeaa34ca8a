import Synchronization

/// One line on standard error that says what is being waited for, while a person waits. It is gone when the work is done.
public final class Progress: Sendable {
    private let text: Mutex<String>

    private init(_ text: String) { self.text = Mutex(text) }

    /// Says what is being waited for now.
    public func say(_ text: String) { self.text.withLock { $0 = text } }

    /// Shows the line while `body` runs, unless that is over within a moment.
    ///
    /// - Parameters:
    ///   - terminal: where it is shown; nowhere where nobody watches.
    ///   - write: puts text there.
    public static func during<Value: Sendable>(
        _ text: String, on terminal: Terminal = .error,
        write: @escaping @Sendable (String) -> Void = { Output.print($0, to: .error) },
        _ body: (Progress) async throws -> Value
    ) async rethrows -> Value {
        let progress = Progress(text)
        guard terminal.isInteractive else { return try await body(progress) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await progress.show(write) }
            // The line has gone when this returns: the group waits for it.
            defer { group.cancelAll() }
            return try await body(progress)
        }
    }

    private static let delay = Duration.milliseconds(300)
    private static let beat = Duration.milliseconds(120)
    private static let frames = ["-", "\\", "|", "/"]
    /// Longer texts would wrap, and then not be written over.
    private static let longest = 72

    private func show(_ write: (String) -> Void) async {
        guard (try? await Task.sleep(for: Self.delay)) != nil else { return }
        var frame = 0
        repeat {
            let text = text.withLock { String($0.prefix(Self.longest)) }
            write("\r\u{1B}[K\(Self.frames[frame % Self.frames.count]) \(text)")
            frame += 1
        } while (try? await Task.sleep(for: Self.beat)) != nil
        write("\r\u{1B}[K")
    }
}

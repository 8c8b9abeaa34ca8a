import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Where log lines go.
public protocol LogOutput: Sendable {
    /// Writes one line, which has no line feed yet, as a whole: lines of several threads do not mix.
    func write(line: String)
}

/// Writes lines to a file descriptor, standard error unless told otherwise.
///
/// A line that cannot be written within a second, because nobody reads a full pipe, is lost rather than holding up
/// the program for good.
public final class DescriptorLogOutput: LogOutput {
    public static let standardError = DescriptorLogOutput(descriptor: 2)

    /// Holds the descriptor, so that one line is written at a time.
    private let descriptor: Mutex<Int32>
    private let patience: Duration

    /// - Parameters:
    ///   - descriptor: stays open, and belongs to the caller.
    ///   - patience: how long one line may wait for its reader.
    public init(descriptor: Int32, patience: Duration = .seconds(1)) {
        self.descriptor = Mutex(descriptor)
        self.patience = patience
    }

    public func write(line: String) {
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        descriptor.withLock { descriptor in
            var written = 0
            let deadline = ContinuousClock.now + patience
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { Self.writeBytes(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 {
                    written += count
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    guard ContinuousClock.now < deadline else { return }
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = Self.wait(for: &poll)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private static func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #else
            Glibc.write(descriptor, bytes, count)
        #endif
    }

    private static func wait(for descriptor: inout pollfd) -> Int32 { poll(&descriptor, 1, 100) }
}

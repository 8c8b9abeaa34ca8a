#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output and error, without buffers of their own.
public enum Output {
    public enum Stream: Int32, Sendable {
        case standard = 1
        case error = 2
    }

    public static func print(_ text: String, to stream: Stream = .standard) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(stream.rawValue, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

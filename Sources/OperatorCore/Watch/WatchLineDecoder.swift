/// Splits the body of a watch into lines, whatever way it was cut on its journey.
///
/// It works on bytes, so a cut inside a character means nothing to it.
struct WatchLineDecoder: Sendable {
    /// Longest line in bytes. An object of the API server takes at most about 1.5 MiB.
    static let maximumLineBytes = 2 * 1024 * 1024

    private let maximum: Int
    private var buffer: [UInt8] = []
    /// Where the first line that has not been handed out begins.
    private var start = 0
    /// Up to where no newline was found.
    private var searched = 0

    init(maximumLineBytes: Int = maximumLineBytes) { maximum = maximumLineBytes }

    /// Takes the next piece of the body. Call ``next()`` until it gives `nil` before the next piece.
    mutating func append(_ chunk: [UInt8]) {
        buffer.removeFirst(start)
        searched -= start
        start = 0
        buffer += chunk
    }

    /// The next whole line, without its newline; `nil` where more has to arrive first.
    ///
    /// - Throws: ``LineTooLong`` once a line exceeds the limit, whether its end has arrived or not.
    mutating func next() throws(LineTooLong) -> ArraySlice<UInt8>? {
        let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
        guard (end ?? buffer.count) - start <= maximum else { throw LineTooLong(maximum: maximum) }
        guard let end else {
            searched = buffer.count
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        return buffer[start..<end]
    }

    /// What came after the last newline.
    var remainder: ArraySlice<UInt8> { buffer[start...] }

    struct LineTooLong: Error, Hashable {
        var maximum: Int
    }
}

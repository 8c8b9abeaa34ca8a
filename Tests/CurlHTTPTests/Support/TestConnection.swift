import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A request as it came over the wire.
struct ReceivedRequest: Sendable, Equatable {
    var method: String
    var target: String
    /// In the order of the wire, names as they were written.
    var headers: [Header]
    var body: [UInt8]

    struct Header: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// The values of all headers of that name, whatever its case.
    subscript(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// One connection of a ``TestServer``, used by its script only.
final class TestConnection {
    struct Malformed: Error {}

    let channel: any Channel
    private var pieces: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator
    private var unread: [UInt8] = []

    init(_ connection: ConnectionHandler.Connection) {
        channel = connection.channel
        pieces = connection.pieces.makeAsyncIterator()
    }

    /// The next request with its whole body; `nil` when the client has closed the connection.
    func readRequest() async throws -> ReceivedRequest? {
        let end = Array("\r\n\r\n".utf8)
        var head: [UInt8]?
        while head == nil {
            if let range = unread.firstRange(of: end) {
                head = Array(unread[..<range.lowerBound])
                unread.removeSubrange(..<range.upperBound)
            } else if try await !readMore() {
                return nil
            }
        }
        let lines = String(decoding: head ?? [], as: UTF8.self).split(separator: "\r\n")
        guard let parts = lines.first?.split(separator: " "), parts.count == 3 else { throw Malformed() }
        let headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst().drop { $0 == " " }
            return ReceivedRequest.Header(name: String(line[..<colon]), value: String(value))
        }
        var request = ReceivedRequest(method: String(parts[0]), target: String(parts[1]), headers: headers, body: [])
        let length = request["Content-Length"].first.flatMap { Int($0) } ?? 0
        while unread.count < length {
            guard try await readMore() else { throw Malformed() }
        }
        request.body = Array(unread.prefix(length))
        unread.removeFirst(length)
        return request
    }

    private func readMore() async throws -> Bool {
        guard let bytes = try await pieces.next(isolation: nil) else { return false }
        unread.append(contentsOf: bytes.readableBytesView)
        return true
    }

    /// Returns once the system has taken the bytes, so that a script cannot run away from a client that does not read.
    func write(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
    func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    /// Writes one chunk of a `Transfer-Encoding: chunked` body.
    func writeChunk(_ bytes: [UInt8]) async throws {
        try await write(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    /// Returns when the client has closed the connection, in whatever way.
    func waitForClose() async {
        while let more = try? await readMore(), more {}
    }

    /// Closes the connection before the script ends; the client's system knows of it when this returns.
    func close() async throws { try await channel.close() }

    /// Ends the connection with a TCP reset instead of an orderly close.
    func reset() async throws {
        guard let options = channel as? any SocketOptionProvider else { throw Malformed() }
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }
}

/// Hands the bytes of a connection to an asynchronous sequence.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    struct Connection: Sendable {
        var channel: any Channel
        var pieces: AsyncThrowingStream<ByteBuffer, any Error>
    }

    let pieces: AsyncThrowingStream<ByteBuffer, any Error>
    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    init() { (pieces, continuation) = AsyncThrowingStream.makeStream() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}

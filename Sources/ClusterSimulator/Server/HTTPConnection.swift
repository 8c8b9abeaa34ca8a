import NIOCore
import NIOHTTP1
import NIOSSL
import NetworkPrimitives

/// One connection of a simulated HTTP server: requests in order, each answered before the next.
struct HTTPConnection: Sendable {
    let front: HTTPFront
    let channel: any Channel

    /// Ends the connection from inside an answer.
    private struct Close: Error {}

    private enum Incoming: Sendable {
        case request(SimulatedRequest)
        /// A client that waits for permission to send its body.
        case expectsContinue
    }

    func run(_ connection: HTTPFront.ConnectionChannel) async {
        // A connection fails only by being closed, by either side.
        try? await connection.executeThenClose { inbound, outbound in
            let (requests, feed) = AsyncStream.makeStream(of: Incoming.self)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await read(inbound, into: feed) }
                group.addTask { await answer(requests, on: outbound) }
                // A client that goes away ends the answer in progress, and the other way round.
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>,
        into feed: AsyncStream<Incoming>.Continuation
    ) async {
        defer { feed.finish() }
        var request: SimulatedRequest?
        do {
            for try await part in inbound {
                switch part {
                case .head(let head):
                    request = SimulatedRequest(
                        method: head.method.rawValue, target: head.uri,
                        headers: head.headers.map { .init($0.name, $0.value) })
                    if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                        feed.yield(.expectsContinue)
                    }
                case .body(let buffer):
                    // One byte more than allowed is enough to refuse the request.
                    let room = front.configuration.maximumBodyBytes + 1 - (request?.body.count ?? 0)
                    request?.body += buffer.readableBytesView.prefix(max(0, room))
                case .end:
                    if let request { feed.yield(.request(request)) }
                    request = nil
                }
            }
        } catch {
            // Broken HTTP or TLS: there is nobody to answer.
        }
    }

    private func answer(
        _ requests: AsyncStream<Incoming>, on outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async {
        do {
            for await incoming in requests {
                switch incoming {
                case .expectsContinue:
                    try await outbound.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
                case .request(var request):
                    request.certificateUser = try? await certificateUser()
                    request.clientAddress = channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
                    try await answer(request, on: outbound)
                    if request.header("Connection")?.lowercased() == "close" { return }
                }
            }
        } catch {
            // A fault, or the client is gone: in both cases the connection is to end.
        }
    }

    private func certificateUser() async throws -> SimulatedUser? {
        guard front.configuration.tls != nil else { return nil }
        let certificate = try await channel.nioSSL_peerCertificate().get()
        return certificate.flatMap(CertificateAuthority.user)
    }

    private func answer(
        _ request: SimulatedRequest, on outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let subject = HTTPFaultSubject(
            method: request.method, path: request.path, target: request.target,
            user: front.configuration.userName(request))
        let fault = front.faults.next(for: subject)
        switch fault {
        case .delay(let duration): try await front.configuration.clock.sleep(for: duration)
        case .refuse: throw Close()
        case .hang: try await Self.waitForCancellation()
        case .status(let status, let retryAfter, let body, let contentType):
            var response = SimulatedResponse(
                status: status, headers: [.init("Content-Type", contentType)], body: Array(body.utf8))
            if let retryAfter { response.headers.append(.init("Retry-After", String(retryAfter))) }
            return try await write(response, isHead: request.method == "HEAD", on: outbound)
        case .dropMidHead, .dropMidBody, .commitThenDrop, nil: break
        }
        let response = await front.respond(request)
        switch fault {
        case .commitThenDrop: throw Close()
        case .dropMidHead:
            let head = head(of: response, chunked: false)
            try await outbound.write(ByteBuffer(bytes: head.prefix(head.count / 2)))
            throw Close()
        case .dropMidBody(let count):
            try await write(response, isHead: false, on: outbound, bytesUntilDrop: count)
            throw Close()
        default: try await write(response, isHead: request.method == "HEAD", on: outbound)
        }
    }

    private func write(
        _ response: SimulatedResponse, isHead: Bool, on outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        bytesUntilDrop: Int? = nil
    ) async throws {
        switch response.body {
        case .bytes(let bytes):
            let isChunked = bytes.count > HTTPBodyWriter.largestCountedBody
            var buffer = ByteBuffer(bytes: head(of: response, chunked: isChunked))
            let sent = bytesUntilDrop.map { bytes.prefix($0) } ?? bytes[...]
            if isHead {
                return try await outbound.write(buffer)
            } else if isChunked {
                if !sent.isEmpty { buffer.writeImmutableBuffer(HTTPBodyWriter.chunk(sent)) }
                if bytesUntilDrop == nil { buffer.writeString("0\r\n\r\n") }
            } else {
                buffer.writeBytes(sent)
            }
            try await outbound.write(buffer)
        case .stream(let produce):
            try await outbound.write(ByteBuffer(bytes: head(of: response, chunked: true)))
            try await produce(HTTPBodyWriter(outbound: outbound, bytesUntilDrop: bytesUntilDrop))
            if bytesUntilDrop == nil { try await outbound.write(ByteBuffer(string: "0\r\n\r\n")) }
        }
    }

    private func head(of response: SimulatedResponse, chunked: Bool) -> [UInt8] {
        var lines = ["HTTP/1.1 \(response.status) \(SimulatedResponse.phrase(for: response.status))"]
        for header in front.configuration.serverHeaders(response) + response.headers {
            lines.append("\(header.name): \(header.value)")
        }
        lines.append("Date: \(Timestamp.now.httpDate)")
        if chunked {
            lines.append("Transfer-Encoding: chunked")
        } else if response.status != 204 {
            lines.append("Content-Length: \(response.bodyBytes.count)")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Returns only by throwing, when the task is cancelled.
    private static func waitForCancellation() async throws {
        let (never, feed) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        feed.finish()
        throw CancellationError()
    }
}

/// Writes a body in chunks, and breaks it off where a fault says so.
final class HTTPBodyWriter: SimulatedBodyWriter {
    /// The real server counts bodies up to this size and sends larger ones in chunks.
    static let largestCountedBody = 2048

    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let remaining: BytesUntilDrop?

    /// Only the one task that answers the request writes.
    private actor BytesUntilDrop {
        var count: Int
        init(_ count: Int) { self.count = count }
        func take(_ wanted: Int) -> Int {
            let taken = min(wanted, count)
            count -= taken
            return taken
        }
    }

    private struct Dropped: Error {}

    init(outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, bytesUntilDrop: Int?) {
        self.outbound = outbound
        remaining = bytesUntilDrop.map(BytesUntilDrop.init)
    }

    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        guard let remaining else { return try await outbound.write(Self.chunk(bytes[...])) }
        let allowed = await remaining.take(bytes.count)
        if allowed > 0 { try await outbound.write(Self.chunk(bytes.prefix(allowed))) }
        if allowed < bytes.count { throw Dropped() }
    }

    static func chunk(_ bytes: ArraySlice<UInt8>) -> ByteBuffer {
        var buffer = ByteBuffer(string: String(bytes.count, radix: 16) + "\r\n")
        buffer.writeBytes(bytes)
        buffer.writeString("\r\n")
        return buffer
    }
}

import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import StatusServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct AcceptGuardTests {
    /// What reaches the other handlers.
    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = NIOAny
        var errors = 0
        func errorCaught(context: ChannelHandlerContext, error: any Error) { errors += 1 }
    }

    /// Counts reads that reach the socket.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = NIOAny
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    private func make() throws -> (channel: EmbeddedChannel, reads: Reads, recorder: Recorder, table: ConnectionTable) {
        let (reads, recorder, table) = (Reads(), Recorder(), ConnectionTable(maximum: 4))
        let guardian = AcceptGuard(connections: table, logger: .silent)
        let channel = EmbeddedChannel(handlers: [reads, guardian, recorder])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, reads, recorder, table)
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED])
    func aShortageEndsNothingAndIsWaitedOut(code: CInt) throws {
        let (channel, reads, recorder, table) = try make()
        let open = NIOAsyncTestingChannel()
        _ = table.opened(open)
        let before = reads.count
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        #expect(recorder.errors == 0)
        #expect(table.count == 0, "the quietest makes place")
        // The library asks for more at once, and again and again.
        for _ in 0..<1000 { channel.read() }
        #expect(reads.count == before)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
        #expect(reads.count == before + 1)
        channel.read()
        #expect(reads.count == before + 2)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(reads.count == before + 2, "nobody asked")
        _ = try? channel.finish()
    }

    @Test func otherFailuresAreTold() throws {
        let (channel, _, recorder, _) = try make()
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        #expect(recorder.errors == 2)
        _ = try? channel.finish()
    }
}

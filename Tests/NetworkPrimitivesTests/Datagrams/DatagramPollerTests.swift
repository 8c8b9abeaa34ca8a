import NIOCore
import NIOPosix
import Synchronization
import SystemThreads
import Testing

@testable import NetworkPrimitives

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct DatagramPollerTests {
    /// The calling thread, where nothing may be suspended in between.
    private static var thread: UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }

    /// Sends back what it gets.
    private final class Echo: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }

    private static func withEcho<Value>(_ body: (SocketAddress) async throws -> Value) async throws -> Value {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(Echo()) }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do { result = .success(try await body(try #require(channel.localAddress))) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    /// Runs `body` on a thread of its own, as a program's first one.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        let (values, feed) = AsyncStream.makeStream(of: Value.self)
        try SystemThread.detach {
            feed.yield(body())
            feed.finish()
        }
        var iterator = values.makeAsyncIterator()
        return try #require(await iterator.next())
    }

    private static let exchange = DatagramExchange(
        payload: ByteBuffer(string: "question"), sendTimes: [.zero, .seconds(1)], deadline: .seconds(60))

    private static func ask(_ server: SocketAddress) async throws -> Bool {
        try await exchange.ask(server) { $0.readableBytes == 8 ? true : nil }
    }

    @Test func tasksThatPreferItRunOnOneThread() async throws {
        let poller = DatagramPoller()
        let executor = try #require(poller.executor)
        let threads = await withTaskExecutorPreference(executor) {
            await withTaskGroup(of: UInt.self) { group in
                for number in 1...20 {
                    group.addTask {
                        try? await PollerClock(poller).sleep(for: .microseconds(number))
                        return Self.thread
                    }
                }
                return await group.reduce(into: [Self.thread]) { $0.append($1) }
            }
        }
        #expect(threads.count == 21)
        #expect(Set(threads).count == 1)
    }

    @Test func answersReachTasksOfEveryExecutor() async throws {
        try await Self.withEcho { server in
            #expect(try await Self.ask(server))
            let executor = DatagramPoller.shared.executor
            let isAnswered = try await withTaskExecutorPreference(executor) { try await Self.ask(server) }
            #expect(isAnswered)
        }
    }

    @Test func runsAWholeProgramOnTheCallingThread() async throws {
        let poller = DatagramPoller()
        let threads = try await Self.onThread {
            let inside = poller.run { () -> [UInt] in
                let before = Self.thread
                try? await PollerClock(poller).sleep(for: .milliseconds(1))
                return [before, Self.thread]
            }
            return (inside ?? []) + [Self.thread]
        }
        #expect(threads.count == 3)
        #expect(Set(threads).count == 1)
    }

    @Test func onlyOneThreadWaits() async throws {
        let poller = DatagramPoller()
        _ = try #require(poller.executor)
        #expect(poller.run { 1 } == nil)
    }

    @Test func canBeRunAgain() async throws {
        let poller = DatagramPoller()
        let values = try await Self.onThread { [poller.run { 1 }, poller.run { 2 }] }
        #expect(values == [1, 2])
    }

    /// A task that has nothing to do with the program's answer does not hang when the first thread ends its wait.
    @Test func whatIsLeftIsTakenOverByAnotherThread() async throws {
        let poller = DatagramPoller()
        let slow = Mutex<Task<Void, any Error>?>(nil)
        let value = try await Self.onThread {
            poller.run {
                let task = Task { try await PollerClock(poller).sleep(for: .milliseconds(30)) }
                slow.withLock { $0 = task }
                // Until it is asleep, or all but.
                try? await PollerClock(poller).sleep(for: .milliseconds(1))
                return 1
            }
        }
        #expect(value == 1)
        let task = try #require(slow.withLock { $0 })
        try await task.value
    }
}

import NIOCore
import Synchronization

/// The open connections of one listener.
///
/// A connection is wrapped for asynchronous use only when somebody is there to use it: one that arrives while its listener is
/// being stopped is dropped unused, which a wrapped one does not survive.
final class AcceptedConnections: Sendable {
    private struct State {
        var channels: [Int: any Channel] = [:]
        var accepted = 0
    }

    private let state = Mutex(State())

    /// Connections accepted so far.
    var accepted: Int { state.withLock { $0.accepted } }

    /// Takes note of a connection until it is closed.
    func add(_ channel: any Channel) {
        let number = state.withLock { state in
            state.accepted += 1
            state.channels[state.accepted] = channel
            return state.accepted
        }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.channels[number] = nil } }
    }

    /// Closes all that are open.
    func close() {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Wraps a connection that was accepted with `autoRead` off, and begins to read from it.
    ///
    /// - Throws: where it is closed already.
    static func open<Inbound: Sendable, Outbound: Sendable>(
        _ channel: any Channel, as type: NIOAsyncChannel<Inbound, Outbound>.Type
    ) async throws -> NIOAsyncChannel<Inbound, Outbound> {
        try await channel.eventLoop.submit {
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
            let wrapped = try NIOAsyncChannel<Inbound, Outbound>(wrappingChannelSynchronously: channel)
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            return wrapped
        }.get()
    }
}

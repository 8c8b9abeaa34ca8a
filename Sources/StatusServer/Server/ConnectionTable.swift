import NIOCore
import Synchronization

/// The connections of a server, of which there are never more than some: a further one takes the place of the one on which
/// nothing has been answered for the longest time.
///
/// If it had to wait instead, a few hundred connections that say nothing would keep out the kubelet, which would then end a
/// process that works.
final class ConnectionTable: Sendable {
    fileprivate struct State {
        /// When each connection was opened or last answered, counted in such events.
        var connections: [ObjectIdentifier: (channel: any Channel, moment: UInt64)] = [:]
        var moment: UInt64 = 0

        mutating func next() -> UInt64 {
            moment += 1
            return moment
        }
    }

    private let maximum: Int
    private let state = Mutex(State())

    /// - Parameter maximum: at least 1.
    init(maximum: Int) { self.maximum = max(1, maximum) }

    var count: Int { state.withLock { $0.connections.count } }

    /// Takes a connection in.
    ///
    /// - Returns: another that has to be closed, where there is no place left.
    func opened(_ channel: any Channel) -> (any Channel)? {
        state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = (channel, state.next())
            guard state.connections.count > maximum else { return nil }
            return state.removeQuietest()
        }
    }

    func answered(_ channel: any Channel) {
        state.withLock { state in
            let moment = state.next()
            state.connections[ObjectIdentifier(channel)]?.moment = moment
        }
    }

    func closed(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }

    /// The connection on which nothing has been answered for the longest time, to be closed by whoever needs its descriptor.
    func removeQuietest() -> (any Channel)? { state.withLock { $0.removeQuietest() } }
}

extension ConnectionTable.State {
    fileprivate mutating func removeQuietest() -> (any Channel)? {
        guard let quietest = connections.min(by: { $0.value.moment < $1.value.moment }) else { return nil }
        connections[quietest.key] = nil
        return quietest.value.channel
    }
}

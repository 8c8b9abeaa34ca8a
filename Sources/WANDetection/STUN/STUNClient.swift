public import NIOCore
public import NIOPosix
public import NetworkPrimitives

/// Asks STUN servers over UDP for the address that they see (RFC 8489).
public struct STUNClient: Sendable {
    /// When a request is sent and given up, counted from the first send.
    public struct Schedule: Sendable, Hashable {
        /// Retransmissions are byte-identical.
        public var sendTimes: [TimeAmount]
        /// Also bounds name resolution before the first send.
        public var deadline: TimeAmount

        public init(sendTimes: [TimeAmount], deadline: TimeAmount) {
            self.sendTimes = sendTimes
            self.deadline = deadline
        }

        /// Sends at 0, 500 and 1500 ms, the first steps of RFC 8489 section 6.2.1, and gives up at 3 s.
        public static let standard = Schedule(
            sendTimes: [.zero, .milliseconds(500), .milliseconds(1500)], deadline: .seconds(3))
    }

    private let group: any EventLoopGroup
    private let allowNonGlobal: Bool
    private let schedule: Schedule
    private let makeTransactionID: @Sendable () -> STUNTransactionID

    /// - Parameters:
    ///   - allowNonGlobal: lets servers at private and loopback addresses be asked. For tests: such a server sees an
    ///     address of the inside, if it is not somebody's attempt to have us ask inner hosts.
    ///   - makeTransactionID: must be unpredictable outside of tests.
    public init(
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        allowNonGlobal: Bool = false,
        schedule: Schedule = .standard,
        makeTransactionID: @escaping @Sendable () -> STUNTransactionID = { .random() }
    ) {
        self.group = group
        self.allowNonGlobal = allowNonGlobal
        self.schedule = schedule
        self.makeTransactionID = makeTransactionID
    }

    /// The address of ours that `server` saw, over a fresh socket.
    ///
    /// - Parameter family: which family to ask over.
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func mappedAddress(
        from server: HostPort, family: IPAddress.Family = .ipv4
    ) async throws(SourceError) -> IPAddress {
        let start = ContinuousClock.now
        let target = try choose(from: try await resolve(server, family: family), of: server)
        let elapsed = TimeAmount(ContinuousClock.now - start)
        let id = makeTransactionID()
        let exchange = DatagramExchange(
            payload: STUNMessage.bindingRequest(id),
            sendTimes: schedule.sendTimes,
            deadline: max(schedule.deadline - elapsed, .zero))
        let answer: Result<IPAddress, STUNRejection>
        do {
            answer = try await exchange.ask(target, on: group) { datagram in
                do throws(STUNRejection) {
                    return .success(try STUNMessage.mappedAddress(in: datagram, answering: id, family: family))
                } catch {
                    return error.endsTransaction ? .failure(error) : nil
                }
            }
        } catch {
            throw SourceError(error)
        }
        return try answer.mapError { SourceError($0) }.get()
    }

    /// Resolves within the deadline; an address needs neither the resolver nor a timer.
    private func resolve(
        _ server: HostPort, family: IPAddress.Family
    ) async throws(SourceError) -> [SocketAddress] {
        guard IPAddress(server.host) == nil else { return try await Self.lookUp(server, family: family).get() }
        let limit = Duration.nanoseconds(schedule.deadline.nanoseconds)
        let result = await withTaskGroup(of: Result<[SocketAddress], SourceError>.self) { group in
            group.addTask { await Self.lookUp(server, family: family) }
            group.addTask {
                let cancelled = (try? await Task.sleep(for: limit)) == nil
                return .failure(
                    cancelled
                        ? SourceError(.cancelled, "cancelled")
                        : SourceError(.timedOut, "the name \(server.host) was not resolved within \(limit)"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(SourceError(.cancelled, "cancelled"))
        }
        return try result.get()
    }

    private static func lookUp(
        _ server: HostPort, family: IPAddress.Family
    ) async -> Result<[SocketAddress], SourceError> {
        do throws(ExchangeError) {
            return .success(try await server.resolve(family: family))
        } catch {
            return .failure(SourceError(error))
        }
    }

    /// The first address that may be asked.
    private func choose(from addresses: [SocketAddress], of server: HostPort) throws(SourceError) -> SocketAddress {
        var objection: String?
        for address in addresses {
            guard !allowNonGlobal else { return address }
            guard let text = address.ipAddress, let ip = IPAddress(text) else { continue }
            guard let found = SpecialPurposeRegistry.objection(to: ip) else { return address }
            objection = objection ?? found
        }
        throw SourceError(
            .notPermitted,
            "\(server) is not asked: \(objection ?? "it has no usable address"); "
                + "a STUN server has to be at a global address to see ours")
    }
}

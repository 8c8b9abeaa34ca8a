public import NIOCore
public import NIOPosix
public import NetworkPrimitives

/// Asks STUN servers for the address that they see (RFC 8489), each over a fresh socket.
public struct STUNClient: Sendable {
    public typealias Schedule = AskingSchedule

    /// Made, with its threads, for the first question over TCP or TLS: UDP does without.
    private let group: @Sendable () -> any EventLoopGroup
    private let allowNonGlobal: Bool
    private let tls: TLSClient
    private let schedule: Schedule
    private let makeTransactionID: @Sendable () -> STUNTransactionID

    /// - Parameters:
    ///   - allowNonGlobal: lets servers at private and loopback addresses be asked. For tests.
    ///   - tls: whom to trust as a server over TLS.
    ///   - makeTransactionID: must be unpredictable outside of tests.
    public init(
        group: @autoclosure @escaping @Sendable () -> any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        allowNonGlobal: Bool = false,
        tls: TLSClient = TLSClient(),
        schedule: Schedule = .standard,
        makeTransactionID: @escaping @Sendable () -> STUNTransactionID = { .random() }
    ) {
        self.group = group
        self.allowNonGlobal = allowNonGlobal
        self.tls = tls
        self.schedule = schedule
        self.makeTransactionID = makeTransactionID
    }

    /// The address of ours that `server` saw.
    ///
    /// - Parameters:
    ///   - carrier: what carries the question.
    ///   - family: which family to ask over.
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func mappedAddress(
        from server: HostPort, over carrier: AddressSource.STUNCarrier = .udp, family: IPAddress.Family = .ipv4
    ) async throws(SourceError) -> IPAddress {
        let start = ContinuousClock.now
        let target = try await ServerAddress.find(
            server, family: family, within: .nanoseconds(schedule.deadline.nanoseconds), allowNonGlobal: allowNonGlobal)
        let left = max(schedule.deadline - TimeAmount(ContinuousClock.now - start), .zero)
        let question = STUNQuestion(id: makeTransactionID(), family: family)
        let answer: STUNQuestion.Answer
        do {
            switch carrier {
            case .udp:
                let exchange = DatagramExchange(
                    payload: question.request, sendTimes: schedule.sendTimes, deadline: left)
                answer = try await exchange.ask(target) { question.answer(inDatagram: $0) }
            case .tcp, .tls:
                let exchange = StreamExchange(
                    payload: question.request, deadline: left, maximumBytes: STUNQuestion.largestStream,
                    security: carrier == .tls ? (tls, server.host) : nil)
                answer = try await exchange.ask(target, on: group()) { try question.answer(inStream: &$0) }
            }
        } catch {
            throw SourceError(error)
        }
        return try answer.mapError { SourceError($0) }.get()
    }
}

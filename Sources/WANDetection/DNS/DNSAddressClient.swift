import NIOCore
public import NetworkPrimitives

/// Asks DNS servers for the address that they see, over UDP and straight: a resolver in between would be told its own.
///
/// As over STUN, each question has a socket, and so a port, of its own, and whatever is no answer to it is ignored. Nothing
/// more protects it from forgery, so an answer is never authenticated.
public struct DNSAddressClient: Sendable {
    private let allowNonGlobal: Bool
    private let schedule: AskingSchedule
    private let makeID: @Sendable () -> UInt16

    /// - Parameters:
    ///   - allowNonGlobal: lets servers at private and loopback addresses be asked. For tests.
    ///   - makeID: must be unpredictable outside of tests.
    public init(
        allowNonGlobal: Bool = false,
        schedule: AskingSchedule = .standard,
        makeID: @escaping @Sendable () -> UInt16 = { .random(in: 0...UInt16.max) }
    ) {
        self.allowNonGlobal = allowNonGlobal
        self.schedule = schedule
        self.makeID = makeID
    }

    /// The address of ours that `server` answers `question` with.
    ///
    /// - Parameter family: which family to ask over.
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func address(
        asking question: DNSQuestion, at server: HostPort, family: IPAddress.Family
    ) async throws(SourceError) -> IPAddress {
        let start = ContinuousClock.now
        let target = try await ServerAddress.find(
            server, family: family, within: .nanoseconds(schedule.deadline.nanoseconds), allowNonGlobal: allowNonGlobal)
        let asking = DNSAddressQuestion(question, id: makeID(), family: family)
        let exchange = DatagramExchange(
            payload: ByteBuffer(bytes: try asking.encoded()), sendTimes: schedule.sendTimes,
            deadline: max(schedule.deadline - TimeAmount(ContinuousClock.now - start), .zero))
        let answer: DNSAddressQuestion.Answer
        do {
            answer = try await exchange.ask(target) { asking.answer(inDatagram: $0) }
        } catch {
            throw SourceError(error)
        }
        return try answer.get()
    }
}

import NIOCore
import NetworkPrimitives
import Testing

@testable import WANDetection

/// Every hostile answer once more, from a real socket: what the client makes of it over UDP and over TCP.
@Suite struct STUNHostileServerTests {
    private static let seen = STUNCase.a
    /// One send and much time: only what the server does ends it.
    private let client = STUNClient(
        allowNonGlobal: true, schedule: AskingSchedule(sendTimes: [.zero], deadline: .seconds(120)),
        makeTransactionID: { STUNBytes.id })

    private func ask(
        _ server: HostPort, over carrier: AddressSource.STUNCarrier, client: STUNClient? = nil
    ) async -> Result<IPAddress, SourceError> {
        do throws(SourceError) {
            return .success(try await (client ?? self.client).mappedAddress(from: server, over: carrier))
        } catch {
            return .failure(error)
        }
    }

    @Test func overUDPNothingIgnoredEndsTheWait() async throws {
        for hostile in STUNCase.ignored {
            try await LoopbackSTUNServer.run {
                _, _ in
                [hostile.bytes, STUNBytes.response(STUNCase.right)]
            } _: { server in
                #expect(await ask(server.address, over: .udp) == .success(Self.seen), "\(hostile)")
            }
        }
    }

    @Test func overUDPEveryOtherAnswerIsFinal() async throws {
        for answer in STUNCase.final + STUNCase.valid {
            try await LoopbackSTUNServer.run {
                _, _ in
                [answer.bytes]
            } _: { server in
                let found = await ask(server.address, over: .udp)
                #expect(found == answer.expected.mapError { SourceError($0) }, "\(answer)")
            }
        }
    }

    /// Where the answer is followed by the end of the stream, it fails; nothing wrong is ever taken for an address.
    @Test func overTCPAHostileAnswerFails() async throws {
        for hostile in STUNCase.ignored + STUNCase.final {
            try await LoopbackStreamServer.run { _ in
                .init(hostile.bytes, ending: .close)
            } _: { server in
                guard case .failure(let error) = await ask(server.address, over: .tcp) else {
                    Issue.record("\(hostile) was accepted")
                    return
                }
                #expect(
                    [.invalidAnswer, .rejected, .wrongFamily].contains(error.code), "\(hostile): \(error.code) \(error)"
                )
            }
        }
    }

    /// Whole messages that answer something else are passed over; after anything else nothing more is read.
    @Test func overTCPOnlyForeignMessagesArePassedOver() async throws {
        let right = STUNBytes.response(STUNCase.right)
        for hostile in STUNCase.ignored {
            try await LoopbackStreamServer.run { _ in
                .init(hostile.bytes + right, ending: .close)
            } _: { server in
                let found = await ask(server.address, over: .tcp)
                switch hostile.expected {
                case .failure(.wrongType), .failure(.wrongTransaction), .failure(.tooShort(bytes: 0)):
                    #expect(found == .success(Self.seen), "\(hostile)")
                default:
                    #expect((try? found.get()) == nil, "\(hostile)")
                }
            }
        }
    }

    @Test func overTCPAnOddButRightAnswerIsRead() async throws {
        for answer in STUNCase.valid {
            try await LoopbackStreamServer.run {
                _ in
                .init(answer.bytes)
            } _: { server in
                let found = await ask(server.address, over: .tcp)
                #expect(found == answer.expected.mapError { SourceError($0) }, "\(answer)")
            }
        }
    }

    @Test func anySegmentationWillDo() async throws {
        let right = STUNBytes.response(STUNCase.right)
        let answers: [LoopbackStreamServer.Answer] =
            [.byteByByte(right)] + (1..<right.count).map { .init(Array(right.prefix($0)), Array(right.dropFirst($0))) }
            // Two messages at once, one after the end of the first, and one that goes on without end.
            + [.init(right + right), .init(right + [1, 2, 3]), .init(right, ending: .endless)]
        for answer in answers {
            try await LoopbackStreamServer.run {
                _ in
                answer
            } _: { server in
                #expect(await ask(server.address, over: .tcp) == .success(Self.seen))
            }
        }
    }

    @Test(arguments: [0, 1, 19, 20, 31]) func anEndInHeaderOrBodyFails(count: Int) async throws {
        let right = STUNBytes.response(STUNCase.right)
        try await LoopbackStreamServer.run { _ in
            .init(Array(right.prefix(count)), ending: .close)
        } _: { server in
            #expect(
                await ask(server.address, over: .tcp)
                    == .failure(
                        SourceError(
                            .invalidAnswer, "the server closed the connection before its answer was complete")))
        }
    }

    @Test func aResetFails() async throws {
        try await LoopbackStreamServer.run { _ in
            .init(ending: .reset)
        } _: { server in
            guard case .failure(let error) = await ask(server.address, over: .tcp) else {
                Issue.record("nobody answered")
                return
            }
            #expect([.unreachable, .invalidAnswer].contains(error.code), "\(error)")
        }
    }

    @Test(arguments: [
        [UInt8]("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0x15, 3, 3, 0, 2, 2, 0x28, 0x15],
        STUNBytes(attributes: [], statedLength: 65535).bytes,
    ])
    func anotherProtocolEndsTheWaitAtOnce(bytes: [UInt8]) async throws {
        try await LoopbackStreamServer.run { _ in
            .init(bytes)
        } _: { server in
            guard case .failure(let error) = await ask(server.address, over: .tcp) else {
                Issue.record("it was accepted")
                return
            }
            #expect(error.code == .invalidAnswer)
        }
    }

    /// Foreign messages without end, and a body without end: what is read is bounded, and so is the time.
    @Test func anEndlessBodyIsBounded() async throws {
        let foreign = STUNBytes(type: 0x0011, attributes: [UInt8](repeating: 0, count: 60_000)).bytes
        try await LoopbackStreamServer.run { _ in
            .init(foreign, ending: .endless)
        } _: { server in
            guard case .failure(let error) = await ask(server.address, over: .tcp) else {
                Issue.record("it was accepted")
                return
            }
            #expect(error.code == .invalidAnswer)
            #expect(error.description.contains("longer than 131110 bytes"))
        }
    }

    @Test func oneDeadlineIsOverEverything() async throws {
        let hasty = STUNClient(
            allowNonGlobal: true, schedule: AskingSchedule(sendTimes: [.zero], deadline: .milliseconds(40)))
        try await LoopbackStreamServer.run { _ in
            .init(Array(STUNBytes.response(STUNCase.right).prefix(25)))
        } _: { server in
            guard case .failure(let error) = await ask(server.address, over: .tcp, client: hasty) else {
                Issue.record("nobody answered")
                return
            }
            #expect(error.code == .timedOut)
        }
    }

    @Test func asksOverIPv6() async throws {
        let seen = try address("2001:db8:1234:5678:11:2233:4455:6677")
        try await LoopbackStreamServer.run(host: "::1") { _ in
            .init(STUNMessageTests.ipv6Response)
        } _: { server in
            let found = try await client.mappedAddress(from: server.address, over: .tcp, family: .ipv6)
            #expect(found == seen)
        }
    }
}

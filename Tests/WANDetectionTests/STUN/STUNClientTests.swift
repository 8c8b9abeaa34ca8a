import NIOCore
import NetworkPrimitives
import Synchronization
import Testing

@testable import WANDetection

@Suite struct STUNClientTests {
    private static let seen = globalAddress(34)

    /// Quick enough for tests, in the standard order: three sends, then the end.
    private static let quick = STUNClient.Schedule(
        sendTimes: [.zero, .milliseconds(10), .milliseconds(20)], deadline: .milliseconds(60))
    /// One send; only an answer or an error ends it in reasonable time.
    private static let patient = STUNClient.Schedule(sendTimes: [.zero], deadline: .seconds(30))

    private func ask(
        _ server: HostPort, schedule: STUNClient.Schedule = patient
    ) async -> Result<IPAddress, SourceError> {
        let client = STUNClient(allowNonGlobal: true, schedule: schedule)
        do throws(SourceError) {
            return .success(try await client.mappedAddress(from: server))
        } catch {
            return .failure(error)
        }
    }

    @Test func sendsByTheStandardTimetable() {
        let schedule = STUNClient.Schedule.standard
        #expect(schedule.sendTimes == [.zero, .milliseconds(500), .milliseconds(1500)])
        #expect(schedule.deadline == .seconds(3))
    }

    @Test func learnsTheAddress() async throws {
        try await LoopbackSTUNServer.run {
            request, _ in
            [LoopbackSTUNServer.answer(request, Self.seen)]
        } _: { server in
            #expect(await ask(server.address) == .success(Self.seen))
            let request = try #require(server.requests.first)
            #expect(request.count == 20)
            #expect(Array(request.prefix(8)) == [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42])
        }
    }

    @Test func everyQuestionHasItsOwnIdentifier() async throws {
        try await LoopbackSTUNServer.run {
            request, _ in
            [LoopbackSTUNServer.answer(request, Self.seen)]
        } _: { server in
            for _ in 0..<3 { #expect(await ask(server.address) == .success(Self.seen)) }
            #expect(Set(server.requests).count == 3)
        }
    }

    @Test func retransmitsTheSameBytes() async throws {
        // The third request is answered, and only that.
        try await LoopbackSTUNServer.run { request, number in
            number == 2 ? [LoopbackSTUNServer.answer(request, Self.seen)] : []
        } _: { server in
            let schedule = STUNClient.Schedule(
                sendTimes: [.zero, .milliseconds(1), .milliseconds(2)], deadline: .seconds(30))
            #expect(await ask(server.address, schedule: schedule) == .success(Self.seen))
            #expect(server.requests.count == 3)
            #expect(Set(server.requests).count == 1)
        }
    }

    @Test func waitsThroughAFloodOfForgeries() async throws {
        let lie = globalAddress(66)
        try await LoopbackSTUNServer.run { request, _ in
            var forgeries: [[UInt8]] = [[], [0], Array(request), Array("garbage".utf8)]
            for bit in 0..<50 {
                guard let id = STUNBytes.transactionID(of: request) else { return nil }
                let wrong = STUNTransactionID(high: id.high, low: id.low ^ 1 << UInt64(bit))
                forgeries.append(
                    STUNBytes(id: wrong, attributes: STUNBytes.attribute(0x0020, STUNBytes.xorValue(lie, id: wrong)))
                        .bytes)
            }
            return forgeries + [LoopbackSTUNServer.answer(request, Self.seen)]
        } _: { server in
            #expect(await ask(server.address) == .success(Self.seen))
        }
    }

    @Test func aLateDuplicateDisturbsNobody() async throws {
        try await LoopbackSTUNServer.run { request, _ in
            let answer = LoopbackSTUNServer.answer(request, Self.seen)
            return [answer, answer, answer]
        } _: { server in
            for _ in 0..<5 { #expect(await ask(server.address) == .success(Self.seen)) }
        }
    }

    @Test func givesUpOnASilentServer() async throws {
        try await LoopbackSTUNServer.run {
            _, _ in
            [Array("not STUN".utf8)]
        } _: { server in
            guard case .failure(let error) = await ask(server.address, schedule: Self.quick) else {
                Issue.record("a silent server has no answer")
                return
            }
            #expect(error.code == .timedOut)
            #expect(error.description.contains("ignored"))
        }
    }

    @Test func anErrorResponseEndsTheWait() async throws {
        try await LoopbackSTUNServer.run { request, _ in
            guard let id = STUNBytes.transactionID(of: request) else { return nil }
            let value = [0, 0, 3, 0] + Array("Try Alternate".utf8)
            return [STUNBytes(type: 0x0111, id: id, attributes: STUNBytes.attribute(0x0009, value)).bytes]
        } _: { server in
            let result = await ask(server.address)
            #expect(result == .failure(SourceError(.rejected, "error response 300 Try Alternate")))
        }
    }

    @Test func aClosedPortIsRefusedAtOnce() async throws {
        // The server closes its socket on the first request, so the second meets nobody.
        try await LoopbackSTUNServer.run {
            _, _ in
            nil
        } _: { server in
            let schedule = STUNClient.Schedule(
                sendTimes: [.zero] + (1...500).map { .milliseconds($0 * 10) }, deadline: .seconds(30))
            guard case .failure(let error) = await ask(server.address, schedule: schedule) else {
                Issue.record("a closed port has no answer")
                return
            }
            // The kernel hands out the error once; where another part of NIO got it, only the closed socket is left to see.
            #expect([.refused, .unreachable].contains(error.code), "\(error)")
        }
    }

    @Test(arguments: ["127.0.0.1", "10.1.2.3", "100.64.0.1", "224.0.0.1", "0.0.0.0"])
    func refusesToAskAServerAtANonGlobalAddress(host: String) async {
        let server = HostPort(host: host, port: 3478)
        do throws(SourceError) {
            _ = try await STUNClient().mappedAddress(from: server)
            Issue.record("it was asked")
        } catch {
            #expect(error.code == .notPermitted)
            #expect(error.description.hasPrefix("\(host):3478 is not asked: \(host) is in "))
        }
    }

    @Test func refusesANameThatLeadsToLoopback() async {
        do throws(SourceError) {
            _ = try await STUNClient().mappedAddress(from: HostPort(host: "localhost", port: 3478))
            Issue.record("it was asked")
        } catch {
            #expect(error.code == .notPermitted)
        }
    }

    @Test func anAddressOfTheOtherFamilyIsAnError() async {
        do throws(SourceError) {
            _ = try await STUNClient().mappedAddress(from: HostPort(host: "2606:2800::1", port: 3478))
            Issue.record("it was asked")
        } catch {
            #expect(error.code == .unresolvable)
        }
    }

    @Test func endsSoonWhenCancelled() async throws {
        try await LoopbackSTUNServer.run {
            _, _ in
            []
        } _: { server in
            let asking = Task { await ask(server.address) }
            asking.cancel()
            guard case .failure(let error) = await asking.value else {
                Issue.record("nobody answered")
                return
            }
            #expect(error.code == .cancelled)
        }
    }
}

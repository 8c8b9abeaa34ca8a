import NIOCore
import NIOPosix
import NetworkPrimitives
import Testing

@testable import ClusterSimulator

@Suite(.timeLimit(.minutes(1)))
struct SimulatedDNSServerTests {
    private let zoneName: DomainName
    private let home: DomainName
    private let now = 1_800_000_000.0

    init() throws {
        zoneName = try DomainName(parsing: "example.com")
        home = try DomainName(parsing: "home.example.com")
    }

    private func withServer(
        keys: [SimulatedTSIGKey] = [], extra: [DNSRecord] = [], _ body: (SimulatedDNSServer) async throws -> Void
    ) async throws {
        let zone = try SimulatedZone(
            name: zoneName, records: [.a(home, ttl: 300, IPv4Address(192, 0, 2, 1))] + extra)
        let now = now
        let server = SimulatedDNSServer(zones: [zone], keys: keys, wallClock: { now })
        try await server.start()
        do { try await body(server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func send(
        _ bytes: [UInt8], to server: SimulatedDNSServer, tcp: Bool = false, within: TimeAmount = .seconds(10)
    ) async throws -> [UInt8] {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: server.port)
        let group = MultiThreadedEventLoopGroup.singleton
        if tcp {
            return try await StreamExchange(payload: StreamExchange.lengthPrefixed(bytes), deadline: within)
                .ask(address, on: group) { StreamExchange.lengthPrefixedMessage(from: &$0) }
        }
        return try await DatagramExchange(payload: ByteBuffer(bytes: bytes), sendTimes: [.zero], deadline: within)
            .ask(address) { Array($0.readableBytesView) }
    }

    private func ask(
        _ server: SimulatedDNSServer, _ name: DomainName? = nil, _ type: DNSRecordType = .a, tcp: Bool = false,
        edns: UInt16? = nil, within: TimeAmount = .seconds(10)
    ) async throws -> DNSMessage {
        var message = DNSMessage(id: 4711, questions: [DNSQuestion(name: name ?? home, type: type)])
        if let edns { message.additionals = [.opt(DNSOptions(udpPayloadSize: edns))] }
        return try DNSMessage(decoding: try await send(message.encoded(), to: server, tcp: tcp, within: within))
    }

    @Test(arguments: [false, true])
    func answersWithAuthority(tcp: Bool) async throws {
        try await withServer { server async throws in
            let response = try await ask(server, tcp: tcp)
            #expect(response.id == 4711)
            #expect(response.isResponse)
            #expect(response.isAuthoritative)
            #expect(response.answers.map(\.ipv4Address?.description) == ["192.0.2.1"])
            #expect(response.questions.count == 1)
            let absent = try await ask(server, try DomainName(parsing: "x.example.com"), tcp: tcp)
            #expect(absent.responseCode == .nameError)
            #expect(absent.authorities.first?.startOfAuthority?.serial == 1)
            #expect(try await ask(server, try DomainName(parsing: "example.org"), tcp: tcp).responseCode == .refused)
            #expect(server.queries == 3)
            #expect(server.messages.map(\.isTCP) == [tcp, tcp, tcp])
        }
    }

    @Test func tooLongAnswersGoOverTCP() async throws {
        let long = try DomainName(parsing: "long.example.com")
        let texts = (0..<5).map { number in
            DNSRecord.txt(long, ttl: 60, [[UInt8](repeating: UInt8(65 + number), count: 200)])
        }
        try await withServer(extra: texts) { server async throws in
            let small = try await ask(server, long, .txt)
            #expect(small.isTruncated)
            #expect(small.answers.isEmpty)
            #expect(try await ask(server, long, .txt, edns: 1232).answers.count == 5)
            #expect(try await ask(server, long, .txt, tcp: true).answers.count == 5)
        }
    }

    @Test func goesWrongAsTold() async throws {
        try await withServer { server async throws in
            server.faults.inject(.responseCode(.serverFailure))
            #expect(try await ask(server).responseCode == .serverFailure)
            server.faults.inject(.truncate)
            #expect(try await ask(server).isTruncated)
            server.faults.inject(.notAuthoritative)
            #expect(try await !ask(server).isAuthoritative)
            server.faults.inject(.wrongID)
            #expect(try await ask(server).id == ~4711)
            server.faults.inject(.garbage([9]))
            await #expect(throws: DNSDecodingError.self) { try await ask(server) }
            server.faults.inject(.silent)
            await #expect(throws: ExchangeError.self) { try await ask(server, within: .milliseconds(30)) }
            #expect(try await ask(server).answers.count == 1)
        }
    }

    @Test func malformedMessagesAreAnsweredOrIgnored() async throws {
        try await withServer { server async throws in
            let broken: [UInt8] = [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63]
            #expect(try DNSMessage(decoding: try await send(broken, to: server)).responseCode == .formatError)
            await #expect(throws: ExchangeError.self) { try await send([1, 2], to: server, within: .milliseconds(30)) }
        }
    }

    // MARK: updates

    private func updateMessage(to last: UInt8) -> DNSMessage {
        var message = DNSMessage(id: 99, opcode: .update)
        message.zones = [DNSQuestion(name: zoneName, type: .soa)]
        message.updates = [
            DNSRecord(name: home, type: .a, recordClass: .any, ttl: 0, data: []),
            .a(home, ttl: 60, IPv4Address(192, 0, 2, last)),
        ]
        return message
    }

    private func signed(
        _ message: DNSMessage, with key: SimulatedTSIGKey, named name: DomainName? = nil, at time: UInt64
    ) throws -> (bytes: [UInt8], mac: [UInt8]) {
        let record = DNSRecord(
            name: name ?? key.name, type: .tsig, recordClass: .any, ttl: 0,
            data: try DomainName(parsing: key.algorithm.rawValue).wireBytes + [
                0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 0,
            ])
        var tsig = try #require(SimulatedTSIG(record))
        tsig.timeSigned = time
        tsig.originalID = message.id
        tsig.mac = key.mac(of: try message.encoded() + tsig.variables)
        return (try tsig.appended(to: message), tsig.mac)
    }

    @Test(arguments: SimulatedTSIGKey.Algorithm.allCases)
    func takesSignedUpdates(algorithm: SimulatedTSIGKey.Algorithm) async throws {
        let key = SimulatedTSIGKey(
            name: try DomainName(parsing: "update-key"), algorithm: algorithm, secret: Array("secret".utf8))
        try await withServer(keys: [key]) { server async throws in
            var changes = server.changes().makeAsyncIterator()
            let (request, mac) = try signed(updateMessage(to: 7), with: key, at: UInt64(now))
            let bytes = try await send(request, to: server)
            let (response, offset) = try DNSMessage.decodeLocatingLastRecord(bytes)
            #expect(response.responseCode == .noError)
            let tsig = try #require(response.additionals.last.flatMap(SimulatedTSIG.init))
            let prefix = [UInt8(mac.count >> 8), UInt8(mac.count & 255)] + mac
            let covered = prefix + tsig.coveredBytes(ofRequest: bytes, recordOffset: try #require(offset))
            #expect(tsig.mac == key.mac(of: covered))
            let change = await changes.next()
            #expect(change?.serial == 2)
            #expect(server.records(home, .a).map(\.ipv4Address?.description) == ["192.0.2.7"])
            #expect(server.appliedUpdates == 1)
            #expect(server.messages.last?.key == key.name)
        }
    }

    @Test func refusesBadSignatures() async throws {
        let key = SimulatedTSIGKey(name: try DomainName(parsing: "update-key"), secret: Array("secret".utf8))
        let other = SimulatedTSIGKey(name: key.name, secret: Array("other".utf8))
        try await withServer(keys: [key]) { server async throws in
            let time = UInt64(now)
            let cases: [([UInt8], DNSResponseCode, UInt16?)] = [
                (try updateMessage(to: 7).encoded(), .refused, nil),
                (try signed(updateMessage(to: 7), with: other, at: time).bytes, .notAuthoritative, 16),
                (try signed(updateMessage(to: 7), with: key, named: home, at: time).bytes, .notAuthoritative, 17),
                (try signed(updateMessage(to: 7), with: key, at: time - 301).bytes, .notAuthoritative, 18),
                (try signed(updateMessage(to: 7), with: key, at: time + 301).bytes, .notAuthoritative, 18),
            ]
            for (bytes, code, tsigError) in cases {
                let response = try DNSMessage(decoding: try await send(bytes, to: server))
                #expect(response.responseCode == code)
                let tsig = response.additionals.last.flatMap(SimulatedTSIG.init)
                #expect(tsig?.error == tsigError)
                // Only a wrong time is reported under a signature.
                #expect(tsig == nil || tsig?.mac.isEmpty == (tsigError != 18))
            }
            #expect(server.appliedUpdates == 0)
            #expect(server.records(home, .a).map(\.ipv4Address?.description) == ["192.0.2.1"])
        }
    }

    @Test func losesAnAnswerButNotTheUpdate() async throws {
        try await withServer { server async throws in
            for (fault, count) in [(DNSFault.commitThenDrop, 1), (.silent, 2)] {
                server.faults.inject(fault)
                await #expect(throws: ExchangeError.self) {
                    try await send(updateMessage(to: UInt8(count + 6)).encoded(), to: server, within: .milliseconds(30))
                }
                // The client may have given up before the server came to it.
                while server.messages.count < count { await Task.yield() }
                #expect(server.appliedUpdates == 1, "only the first is carried out")
            }
        }
    }

    @Test func theOwnerChangesRecordsByHand() async throws {
        try await withServer { server async throws in
            server.setRecords(home, .a, to: [.a(home, ttl: 60, IPv4Address(203, 0, 113, 5))])
            #expect(try await ask(server).answers.map(\.ipv4Address?.description) == ["203.0.113.5"])
            #expect(server.zone(zoneName)?.startOfAuthority.serial == 2)
            #expect(server.appliedUpdates == 0)
        }
    }
}

import ClusterSimulator
import Foundation
import NetworkPrimitives
import OperatorCore
import Testing

/// The built `esddns detect`, run as a person or a script does.
@Suite(.timeLimit(.minutes(5))) struct DetectCommandTests {
    private static let loopback = "127.0.0.1"
    private static let real = IPAddress.v4(IPv4Address(203, 0, 113, 7))
    private static let lie = IPAddress.v4(IPv4Address(203, 0, 113, 66))
    /// A name that no resolver has to be asked for: a label is at most 63 bytes long.
    private static let noName = String(repeating: "a", count: 64) + ".example"

    /// - Parameter timeout: seconds; generous wherever a quorum is expected, since a busy machine takes its time.
    private func detect(_ arguments: [String], timeout: Double = 60) async throws -> CommandRun {
        try await CommandRun.run("esddns", ["detect", "--allow-non-global", "--timeout", "\(timeout)"] + arguments)
    }

    private func stun(_ servers: [String]) -> [String] { servers.flatMap { ["--stun", $0] } }

    /// Runs `body` with a simulated server for each fault; they see ``real``.
    private func withServers(
        _ faults: [STUNFault?], _ body: ([String]) async throws -> Void
    ) async throws {
        var servers: [SimulatedSTUNServer] = []
        for fault in faults {
            let server = SimulatedSTUNServer(reflectedAddress: Self.real)
            if let fault { server.faults.inject(fault, .untilCleared) }
            try await server.start()
            servers.append(server)
        }
        let result = await Result { try await body(servers.map(\.endpoint.description)) }
        for server in servers { await server.stop() }
        try result.get()
    }

    // MARK: Against coturn

    @Test(arguments: ["udp", "tcp"]) func threeServersConfirmTheAddress(carrier: String) async throws {
        try await Coturn.run(count: 3) { servers in
            let names = servers.map { "\($0.address)/\(carrier)" }
            let run = try await detect(stun(names))
            #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run)")
            let lines = run.output.split(separator: "\n").map(String.init)
            #expect(lines.first?.split(separator: " ").map(String.init) == Self.columns)
            // Two suffice; who came third had not answered then.
            let counted = lines.filter { $0.hasSuffix(" yes") }
            #expect(counted.count >= 2, "\(run.output)")
            for line in counted {
                #expect(line.contains(" stun/\(carrier) ") && line.contains(" \(Self.loopback) "), "\(line)")
                #expect(names.contains { line.hasPrefix($0) }, "\(line)")
            }
            #expect(lines.last?.hasPrefix("Confirmed: \(Self.loopback) by ") == true, "\(run.output)")
            // A table for files and pipes has no colours.
            #expect(!run.output.contains("\u{1B}"))
        }
    }

    private static let columns = ["SOURCE", "OPERATOR", "TRANSPORT", "ANSWER", "TIME", "COUNTED"]

    @Test func theAnswerIsJSONForMachines() async throws {
        try await Coturn.run(count: 3) { servers in
            let names = zip(["a", "b", "c"], servers).map { "\($0)=\($1.address)" } + ["d=\(Self.loopback):9/tcp"]
            let run = try await detect(stun(names) + ["--quorum", "3", "--json"])
            #expect(run.exitCode == 0, "\(run)")
            #expect(run.output.hasSuffix("}\n") && run.output.dropLast().allSatisfy { !$0.isNewline })
            let document = try JSONValue(parsing: run.output)
            #expect(document["address"]?.string == Self.loopback)
            #expect(document["condition"]?.string == "Confirmed")
            let votes = try #require(document["votes"]?.array).filter { $0["address"]?.isNull == false }
            #expect(Set(votes.compactMap { $0["operator"]?.string }) == ["a", "b", "c"])
            #expect(Set(votes.compactMap { $0["source"]?.string }) == Set(servers.map { "\($0.address)/udp" }))
            for vote in votes {
                #expect(vote["transport"]?.string == "stun/udp")
                #expect(vote["address"]?.string == Self.loopback && vote["error"]?.isNull == true)
                let seconds = try #require(vote["seconds"]?.double)
                #expect(seconds > 0 && seconds < 60)
            }
        }
    }

    @Test func overIPv6AsWell() async throws {
        try await Coturn.run(count: 2, host: "::1") { servers in
            let run = try await detect(stun(servers.map { "\($0.address)" }) + ["--ipv6", "--json"])
            #expect(run.exitCode == 0, "\(run)")
            #expect(try JSONValue(parsing: run.output)["address"]?.string == "::1")
        }
    }

    // MARK: Not confirmed

    @Test func oneLiarOfTwoConfirmsNothing() async throws {
        try await withServers([nil, .lie(Self.lie)]) { names in
            let table = try await detect(stun(names))
            #expect(table.exitCode == 75)
            #expect(table.output.contains("\nUnconfirmed: operators disagree"), "\(table.output)")
            #expect(table.output.contains("\(Self.real)") && table.output.contains("\(Self.lie)"))
            let json = try await detect(stun(names) + ["--json"])
            #expect(json.exitCode == 75)
            let document = try JSONValue(parsing: json.output)
            #expect(document["address"]?.isNull == true && document["condition"]?.string == "Unconfirmed")
            #expect(document["votes"]?.array?.count == 2)
        }
    }

    @Test func silentServersConfirmNothing() async throws {
        try await withServers([.silent, .silent, .silent]) { names in
            let run = try await detect(stun(names) + ["--json"], timeout: 0.3)
            #expect(run.exitCode == 75)
            let document = try JSONValue(parsing: run.output)
            #expect(document["condition"]?.string == "Unconfirmed")
            let votes = try #require(document["votes"]?.array)
            #expect(Set(votes.compactMap { $0["source"]?.string }) == Set(names.map { "\($0)/udp" }))
            #expect(votes.allSatisfy { $0["address"]?.isNull == true && $0["error"]?.string != nil })
        }
    }

    // MARK: Wrong arguments

    @Test(arguments: [
        (["--bogus"], "--bogus"), (["--quorum", "0"], "--quorum is 0"), (["--quorum", "many"], "many"),
        (["--timeout", "0"], "--timeout"), (["--stun", "127.0.0.1:70000"], "127.0.0.1:70000"),
        (["--http", "ftp://a.example/"], "ftp://a.example/"), (["--dns", "nothing"], "nothing"),
        (["--stun-list", "a list"], "a list"), (["--stun", "127.0.0.1:9"], "the quorum is 2"),
    ])
    func wrongArgumentsAreNamed(arguments: [String], named: String) async throws {
        let run = try await detect(arguments)
        #expect(run.exitCode == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errors.contains(named), "\(run.errors)")
    }

    @Test func serversAtPrivateAddressesAreNamed() async throws {
        let command = ["detect", "--stun", "10.0.0.1:3478", "--stun", "127.0.0.1:3478"]
        let none = try await CommandRun.run("esddns", command)
        #expect(none.exitCode == 64)
        #expect(none.errors.contains("10.0.0.1 is in 10.0.0.0/8"), "\(none.errors)")
        #expect(none.errors.contains("127.0.0.1 is in 127.0.0.0/8"), "\(none.errors)")
        // With others they are named, and the others asked.
        let some = try await CommandRun.run(
            "esddns", command + stun(["x=\(Self.noName):3478", "y=\(Self.noName):3479"]) + ["--json"])
        #expect(some.exitCode == 75, "\(some)")
        let votes = try #require(try JSONValue(parsing: some.output)["votes"]?.array)
        #expect(votes.count == 4)
        for (server, why) in [("10.0.0.1:3478/udp", "10.0.0.0/8"), ("127.0.0.1:3478/udp", "127.0.0.0/8")] {
            let vote = votes.first { $0["source"]?.string == server }
            #expect(vote?["error"]?.string?.contains(why) == true && vote?["seconds"]?.isNull == true)
        }
    }

    // MARK: Bad input, and the rest is used

    @Test func whatIsNoServerIsNamedAndTheRestIsUsed() async throws {
        try await withServers([nil, nil]) { names in
            // A port out of range, an address without its brackets, a transport that is none.
            let wrong = ["\(Self.loopback):70000", "\(Self.loopback):0", "::1:3478", "\(Self.loopback):1/sctp"]
            // Readable, and yet nobody can be asked there over IPv4.
            let useless = ["\(Self.noName):3478", "[::1]:3478"]
            let run = try await detect(stun(wrong + useless + names) + ["--json"])
            #expect(run.exitCode == 0, "\(run)")
            let lines = run.errors.split(separator: "\n").map(String.init)
            #expect(lines.count == wrong.count)
            for (line, text) in zip(lines, wrong) {
                #expect(line.hasPrefix("not asked: --stun: \"\(text)\"") && line.contains("expected"), "\(line)")
            }
            let document = try JSONValue(parsing: run.output)
            #expect(document["address"]?.string == Self.real.description)
            for text in useless {
                let vote = document["votes"]?.array?.first { $0["source"]?.string == "\(text)/udp" }
                #expect(vote?["error"]?.string?.isEmpty == false && vote?["address"]?.isNull == true, "\(text)")
            }
        }
    }

    /// Runs `body` with the address of a web server that answers every request with a text.
    private func withPage(_ fault: HTTPFault, _ body: (String) async throws -> Void) async throws {
        let server = try SimulatedCheckIPServer()
        server.faults.inject(fault, .untilCleared)
        try await server.start()
        let result = await Result { try await body("\(server.url)/list.txt") }
        await server.stop()
        try result.get()
    }

    @Test func aListOfTenThousandServersIsUsed() async throws {
        try await withServers([nil, nil, nil]) { names in
            // Wherever in it one looks, the next server that answers is not far.
            let lines = (0..<10_000).map { "op-\($0)=\(names[$0 % names.count])" }
            let list = HTTPFault.status(
                200,
                body: (["# ten thousand"] + lines + ["x.example:99999", "one too many.example"]).joined(separator: "\n")
            )
            try await withPage(list) { url in
                let run = try await detect(["--stun-list", url, "--json"])
                #expect(run.exitCode == 0, "\(run.errors)")
                #expect(try JSONValue(parsing: run.output)["address"]?.string == Self.real.description)
                #expect(run.errors.contains("\(url): 2 beyond the first 10000 not used"), "\(run.errors)")
            }
        }
    }

    @Test func aListThatIsAWebPageIsNamedAndTheRestIsUsed() async throws {
        try await withServers([nil, nil]) { names in
            try await withPage(.htmlPage()) { url in
                let run = try await detect(stun(names) + ["--stun-list", url])
                #expect(run.exitCode == 0, "\(run)")
                let named = "not asked: the list of STUN servers \(url) cannot be used: "
                #expect(
                    run.errors.hasPrefix(named) && run.errors.contains("it is a web page and no list"), "\(run.errors)")
                // With nothing besides, nothing can be confirmed.
                let alone = try await detect(["--stun-list", url])
                #expect(alone.exitCode == 75 && alone.errors.hasPrefix(named), "\(alone)")
                #expect(alone.output.contains("Unconfirmed: the quorum is 2, but "), "\(alone.output)")
            }
        }
    }

    @Test func linesOfAListThatAreNoServersAreNamed() async throws {
        try await withServers([nil, nil]) { names in
            let lines = names + ["::1:3478", "\(Self.loopback):70000"]
            try await withPage(.status(200, body: lines.joined(separator: "\r\n"))) { url in
                let run = try await detect(["--stun-list", url])
                #expect(run.exitCode == 0, "\(run)")
                #expect(run.errors.split(separator: "\n").count == 1)
                for text in ["2 not used", "line 3: \"::1:3478\"", "line 4: \"\(Self.loopback):70000\""] {
                    #expect(run.errors.contains(text), "\(run.errors)")
                }
            }
        }
    }
}

extension Result where Failure == any Error {
    /// The outcome of `body`, for what has to be done after it in any case.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

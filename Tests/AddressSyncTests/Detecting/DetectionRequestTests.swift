import ClusterSimulator
import NetworkPrimitives
import OperatorCore
import Testing
import WANDetection

@testable import AddressSync

/// What `esddns detect` does, but for its arguments and exit codes.
@Suite struct DetectionRequestTests {
    private func problems(
        _ sources: DetectionRequest.Sources, quorum: Int = 2, allowNonGlobal: Bool = false,
        timeout: Duration = .seconds(1)
    ) -> [String] {
        do throws(DetectionRequest.Invalid) {
            _ = try DetectionRequest(sources, quorum: quorum, allowNonGlobal: allowNonGlobal, timeout: timeout)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func withoutSourcesTheBuiltInOnesAreAsked() throws {
        let request = try DetectionRequest(.init())
        #expect(request.sources == AddressSource.defaults(for: .ipv4))
        #expect(request.settings.authenticateChanges)
        #expect(try DetectionRequest(.init(), family: .ipv6).settings.family == .ipv6)
    }

    @Test func everythingWrongIsNamedAtOnce() {
        let found = problems(
            .init(stun: ["a:99999", "[::1:3478"], http: ["ftp://a.example/", "http://a.example/"], dns: ["nothing"]),
            quorum: 0, timeout: .zero)
        #expect(found.count == 7)
        for text in [
            "a:99999", "[::1:3478", "ftp://a.example/", "http://a.example/", "nothing", "--quorum", "--timeout",
        ] {
            #expect(found.contains { $0.contains(text) }, "\(text)")
        }
    }

    @Test func whoCannotBeAskedIsNamedAndTheRestIsUsed() throws {
        let request = try DetectionRequest(.init(stun: ["10.0.0.1:3478", "x=93.184.216.1:1", "y=93.184.216.2:1"]))
        #expect(request.sources.map(\.operatorName) == ["x", "y"])
        #expect(request.refused.map(\.source.operatorName) == ["10.0.0.1:3478"])
        #expect(!problems(.init(stun: ["10.0.0.1:3478", "x=93.184.216.1:1"])).isEmpty)
        #expect(problems(.init(stun: ["10.0.0.1:3478", "10.0.0.2:3478"]), allowNonGlobal: true).isEmpty)
    }

    @Test func whatIsNoSourceIsNamedAndTheRestIsUsed() throws {
        let request = try DetectionRequest(
            .init(stun: ["a:99999", "x=93.184.216.1:1", "[::1:3478", "y=93.184.216.2:1"], dns: ["nothing"]))
        #expect(request.sources.map(\.operatorName) == ["x", "y"])
        #expect(request.unreadable.count == 3)
        for text in ["a:99999", "[::1:3478", "nothing"] {
            #expect(request.unreadable.contains { $0.contains(text) }, "\(text)")
        }
        #expect(problems(.init(stun: ["a:99999", "x=93.184.216.1:1"])).contains { $0.contains("a:99999") })
        // Named alone: that there is no source left is no news then.
        #expect(problems(.init(stun: ["a:99999"])).count == 1)
    }

    @Test func passwordsInSourcesAreNotShown() {
        let found = problems(
            .init(
                http: ["https://user:SECRET@a.example/?k=SECRET", "user:SECRET@a.example"],
                dns: ["a.example/TXT@https://user:SECRET@b.example/?k=SECRET"]))
        #expect(found.count == 3)
        #expect(!found.contains { $0.contains("SECRET") }, "\(found)")
    }

    // MARK: Against servers

    private let real = addressA.first
    private let lie = addressB.first

    /// - Parameter faults: one for each server.
    private func detect(_ faults: [STUNFault?], quorum: Int = 2, names: [String] = []) async throws -> DetectionReport {
        var servers: [SimulatedSTUNServer] = []
        for fault in faults {
            let server = SimulatedSTUNServer(reflectedAddress: real)
            if let fault { server.faults.inject(fault, .untilCleared) }
            try await server.start()
            servers.append(server)
        }
        let texts = servers.enumerated().map { index, server in
            (index < names.count ? "\(names[index])=" : "") + server.endpoint.description
        }
        let request = try DetectionRequest(
            .init(stun: texts), quorum: quorum, allowNonGlobal: true, timeout: .seconds(quorum > 2 ? 1 : 60))
        let report = try await request.run()
        for server in servers { await server.stop() }
        return report
    }

    @Test func portsOfOneHostAreOperatorsOfTheirOwn() async throws {
        let report = try await detect([nil, nil])
        #expect(report.isConfirmed && report.address == real && report.condition == "Confirmed")
        #expect(report.votes.filter(\.counts).count == 2)
    }

    @Test func aSilentServerIsListed() async throws {
        let report = try await detect([.silent, nil, nil])
        #expect(report.address == real)
        let silent = try #require(report.votes.first { $0.address == nil })
        #expect(!silent.counts && silent.error == "had not answered when the round ended")
    }

    @Test func aLiarIsOutvoted() async throws {
        let report = try await detect([.lie(lie), nil, nil, nil])
        #expect(report.address == real)
        // Who came after the decision is in nobody's way.
        #expect(report.votes.filter(\.counts).count >= 2)
        #expect(report.votes.filter { $0.address == lie }.allSatisfy { $0.error == "outvoted" })
    }

    @Test func oneOperatorHasOneVote() async throws {
        let report = try await detect([nil, nil, nil, .silent], quorum: 3, names: ["a", "a", "b", "c"])
        #expect(!report.isConfirmed && report.condition == "Unconfirmed" && report.address == nil)
        #expect(report.votes.allSatisfy { !$0.counts })
    }

    @Test func theReportIsJSON() async throws {
        let report = try await detect([nil, nil])
        let json = try JSONValue(parsing: report.json)
        #expect(json["address"]?.string == real.description)
        #expect(json["condition"]?.string == "Confirmed")
        let votes = try #require(json["votes"]?.array)
        #expect(votes.count == 2)
        for vote in votes {
            #expect(
                Set(vote.object?.keys.map { $0 } ?? [])
                    == ["source", "operator", "transport", "address", "error", "seconds", "counted"])
            #expect(vote["transport"]?.string == "stun/udp" && vote["error"]?.isNull == true)
        }
        #expect(!report.json.contains("\n"))
    }
}

@Suite struct DetectionReportTests {
    private func report(_ condition: Verdict.Condition, _ votes: [Observation]) -> DetectionReport {
        var address: IPAddress?
        if case .confirmed(let confirmed) = condition { address = confirmed }
        return DetectionReport(
            Verdict(
                condition: condition, address: address, operatorsAsked: 3, votes: votes, duration: .milliseconds(12)),
            quorum: 2)
    }

    @Test func theTableSaysWhatCounted() throws {
        let votes = [
            observation(try stun("x"), addressA), observation(try stun("y"), addressB), failure(try stun("z")),
            observation(try AddressSource(parsingSTUN: "x=stun2.x.example"), addressA),
        ]
        let table = report(.confirmed(addressA.first), votes).table(isColored: false)
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0].hasPrefix("SOURCE"))
        #expect(lines[1].contains("stun.x.example:3478/udp") && lines[1].hasSuffix("10.00 ms  yes"))
        #expect(lines[2].hasSuffix("no: outvoted"))
        #expect(lines[3].hasSuffix("no: no answer in time"))
        #expect(lines[4].hasSuffix("no: x has voted already"))
        #expect(lines[6].hasPrefix("Confirmed: "))
        #expect(!table.contains("\u{1B}"))
        #expect(report(.confirmed(addressA.first), votes).table(isColored: true).contains("\u{1B}[32m"))
    }

    @Test func severalEgressAddressesAreNone() throws {
        let votes = [observation(try stun("x"), addressA), observation(try stun("y"), addressB)]
        let report = report(.multipleEgress([addressA.first, addressB.first]), votes)
        #expect(!report.isConfirmed && report.address == nil && report.egresses.count == 2)
        #expect(report.votes.allSatisfy { $0.error == "one of several egress addresses" })
        #expect(try JSONValue(parsing: report.json)["address"]?.isNull == true)
    }
}

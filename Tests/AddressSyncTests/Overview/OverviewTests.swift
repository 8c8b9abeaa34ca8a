import ClusterSimulator
import Foundation
import NetworkPrimitives
import OperatorCore
import StatusServer
import Testing

@testable import AddressSync

/// What `esddns status` shows.
@Suite(.timeLimit(.minutes(3))) struct OverviewTests {
    private func client(_ site: Site, _ name: String) throws -> KubernetesClient {
        let environment = site.environment(of: name, [:])
        return try KubernetesClient.inCluster(
            environment: environment, fieldManager: "test",
            serviceAccountDirectory: environment["ESDDNS_SERVICE_ACCOUNT_DIRECTORY"] ?? "")
    }

    private func objects(namespace: String = Site.namespace) throws -> Overview.Objects {
        Overview.Objects(try ClusterSettings(environment: [:]), namespace: namespace)
    }

    private func read(
        _ site: Site, as name: String = "looker", namespace: String = Site.namespace, patience: Duration? = .zero
    ) async throws -> Result<Overview, Overview.Unavailable> {
        let (client, objects) = (try client(site, name), try objects(namespace: namespace))
        let result: Result<Overview, Overview.Unavailable>
        do throws(Overview.Unavailable) {
            result = .success(
                try await Overview.read(objects, from: client, patience: patience))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return result
    }

    /// Somebody who may read, and nothing else.
    private func makeLooker(_ site: Site, _ name: String = "looker", resources: [String] = ["leases", "configmaps"])
        throws
    {
        site.cluster.api.grant(
            [AccessRule(apiGroups: ["", "coordination.k8s.io"], resources: resources, verbs: ["get"])],
            to: site.user(name).name, namespace: Site.namespace)
        try site.makeAccount(name, .standalone)
    }

    private func putLease(_ site: Site, holder: String) throws {
        try site.cluster.api.put(
            [
                "metadata": ["name": "esddns-leader"],
                "spec": [
                    "holderIdentity": .string(holder), "leaseDurationSeconds": 15, "leaseTransitions": 3,
                    "acquireTime": "2026-07-01T00:00:00.000000Z", "renewTime": "2026-07-01T00:00:00.000000Z",
                ],
            ], as: .leases, namespace: Site.namespace)
    }

    @Test func aClustersBeliefsAreShown() async throws {
        try await Site.run { site in
            try makeLooker(site)
            try putLease(site, holder: "leader-1")
            try site.publish(addressA, heartbeat: 7, epoch: 5)
            try site.cluster.api.patch(
                .configMaps, "esddns-wan-address", namespace: Site.namespace,
                with: [
                    "data": [
                        "since": "2026-07-01T00:00:00Z",
                        "votes":
                            "stun.a.example:3478/udp=203.0.113.1 https://b.example/?x=1=203.0.113.1 c.example:1/udp=timed_out",
                    ]
                ])
            let failed = RecordClaim(
                addresses: addressA, phase: .failed, node: "node-2", generation: generation(5, 7), holdSeconds: 60,
                provider: "gandi", time: wallTime(10), error: "Gandi answered 403", failures: 3)
            var synced = failed
            (synced.phase, synced.node, synced.error, synced.failures) = (.synced, "node-1", "", 0)
            try site.cluster.api.patch(
                .configMaps, "esddns-records", namespace: Site.namespace,
                with: [
                    "data": [
                        "home.example.com_A": .string(synced.json), "-.example.com_A": .string(failed.json),
                        "junk": "not a claim",
                    ]
                ])
            let overview = try await read(site).get()
            #expect(overview.origin == "namespace esddns" && overview.epoch == 5)
            let address = try #require(overview.addresses.first)
            #expect(
                overview.addresses.count == 1 && address.address == "\(addressA)" && address.condition == "Confirmed")
            #expect(address.since == wallTime() && address.confirmedAt != nil)
            #expect(
                address.votes.map(\.source)
                    == ["stun.a.example:3478/udp", "https://b.example/?x=1", "c.example:1/udp"])
            #expect(address.votes.map(\.answer) == ["203.0.113.1", "203.0.113.1", "timed_out"])
            #expect(
                overview.leader
                    == Overview.Leader(holder: "leader-1", state: "undecided", since: wallTime(), transitions: 3))
            #expect(overview.records.map(\.name) == ["*.example.com", "home.example.com"])
            #expect(overview.nodes.map(\.name) == ["node-1", "node-2"] && overview.nodes.map(\.failed) == [0, 1])
            #expect(overview.problems == ["ConfigMap esddns-records: the entry junk cannot be read"])

            let text = overview.text(isColored: false, now: wallTime(3610))
            #expect(text.contains("IPv4    \(addressA), Confirmed, since 2026-07-01T00:00:00Z (60 min), confirmed now"))
            #expect(text.contains("leader  leader-1, undecided, since 2026-07-01T00:00:00Z (60 min), 3 transitions\n"))
            #expect(
                text.contains("home.example.com  A     gandi     Synced   \(addressA)  node-1  60 min\n"), "\(text)")
            #expect(text.contains("! *.example.com A (3 times): Gandi answered 403\n"))
            #expect(!text.contains("\u{1B}") && overview.text(isColored: true).contains("\u{1B}[32m"))
            let document = try JSONValue(parsing: overview.json)
            #expect(document["records"]?.array?.first?["error"]?.string == "Gandi answered 403")
            #expect(document["nodes"]?.array?.last?["failed"]?.integer == 1)
            #expect(document["leader"]?["since"]?.string == "2026-07-01T00:00:00Z")
        }
    }

    @Test func aLiveLeaderIsSeenToRenew() async throws {
        try await Site.run { site in
            try makeLooker(site)
            try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            let overview = try await read(site, patience: nil).get()
            #expect(overview.leader?.state == "held" && overview.leader?.holder?.hasPrefix("leader-1_") == true)
            let address = try #require(overview.addresses.first)
            #expect(address.address == "\(addressA)" && address.since != nil && !address.votes.isEmpty)
            #expect(overview.problems.count == 0, "\(overview.problems)")
        }
    }

    @Test func whereNothingIsInstalledThatIsSaid() async throws {
        try await Site.run { site in
            site.cluster.api.createNamespace("other")
            site.cluster.api.grant(
                [AccessRule(apiGroups: ["*"], resources: ["*"], verbs: ["get"])], to: site.user("looker").name,
                namespace: nil)
            try site.makeAccount("looker", .standalone)
            guard case .failure(let error) = try await read(site, namespace: "other") else {
                Issue.record("there is nothing to show")
                return
            }
            #expect(error.exitCode == 69)
            #expect(error.description.hasPrefix("esddns is not installed in the namespace other: there is no "))
            #expect(error.description.contains("no Lease esddns-leader"))
        }
    }

    @Test func whatMayNotBeReadIsSaid() async throws {
        try await Site.run { site in
            try site.makeAccount("nobody", .standalone)
            guard case .failure(let error) = try await read(site, as: "nobody") else {
                Issue.record("nothing may be read")
                return
            }
            #expect(error.exitCode == 77 && error.description.contains("it needs get on the Lease esddns-leader"))
            // Something may: that is shown, and the rest named.
            try makeLooker(site, "half", resources: ["configmaps"])
            try site.publish(addressA, heartbeat: 1)
            let half = try await read(site, as: "half").get()
            #expect(half.isRefused && half.leader == nil && half.addresses.first?.address == "\(addressA)")
            #expect(half.problems.contains { $0.contains("esddns-leader") && $0.contains("403") })
            await site.cluster.api.stop()
            guard case .failure(let gone) = try await read(site, as: "half") else {
                Issue.record("there is no server")
                return
            }
            #expect(gone.exitCode == 69)
        }
    }

    // MARK: One process

    @Test func aProcessReportIsShown() {
        var report = StatusReport(
            role: .standalone, identity: "box", leading: true, version: "1", started: wallTime(), condition: .confirmed,
            address: "\(addressA)", addressSince: wallTime(),
            votes: [.init(source: "a:1", transport: "udp", operatorName: "a", error: "no answer in time")],
            records: [
                .init(
                    name: "home.example.com", type: "A", phase: .pending, desired: "\(addressA)", provider: "gandi",
                    updated: wallTime())
            ])
        let alone = Overview(report, origin: "at http://127.0.0.1:8080")
        #expect(alone.origin == "standalone box, at http://127.0.0.1:8080" && alone.leader == nil)
        #expect(alone.addresses.map(\.family) == [.ipv4] && alone.addresses[0].votes[0].answer == "no answer in time")
        #expect(alone.records.first?.outcome == "Pending" && alone.nodes.isEmpty)
        report.ipv6 = .init(condition: .unknown)
        report.role = .updater
        report.leader = "leader-1"
        let updater = Overview(report, origin: "here")
        #expect(updater.addresses.map(\.family) == [.ipv4, .ipv6] && updater.addresses[1].condition == nil)
        #expect(updater.leader?.holder == "leader-1")
        #expect(updater.text(isColored: false).contains("IPv6    not known yet, nobody has looked yet"))
    }

    @Test func aStatusPageIsAsked() async throws {
        let report = StatusReport(
            role: .leader, identity: "leader-1", leading: true, version: "1", started: wallTime(), leader: "leader-1",
            address: "\(addressA)")
        let server = try SimulatedCheckIPServer()
        let body = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        server.faults.inject(.status(200, body: body), .untilCleared) { $0.path == "/api/v1/status" }
        try await server.start()
        for url in [server.url, server.url + "/", server.url + "/api/v1/status"] {
            let overview = try await Overview.read(url: url)
            #expect(overview.addresses.first?.address == "\(addressA)" && overview.leader?.holder == "leader-1")
        }
        await server.stop()
    }

    @Test func whatIsNoStatusPageIsNamed() async throws {
        let server = try SimulatedCheckIPServer()
        try await server.start()
        let wrong = [
            (server.url, "answers something else than a status report"),
            ("ftp://x", "expected the address of a status page"),
            ("http://user:secret@127.0.0.1:1", "expected the address of a status page"),
            ("http://127.0.0.1:1", "is the process running"),
        ]
        for (url, text) in wrong {
            let error = await #expect(throws: Overview.Unavailable.self) { _ = try await Overview.read(url: url) }
            #expect(error?.exitCode == 69 && error?.description.contains(text) == true, "\(String(describing: error))")
            #expect(error?.description.contains("secret") == false)
        }
        await server.stop()
    }

    @Test func aStateFileIsRead() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "state-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let missing = #expect(throws: Overview.Unavailable.self) { try Overview.read(stateFile: file.path) }
        #expect(missing?.exitCode == 69 && missing?.description.contains("cannot be read") == true)
        try Data("{}".utf8).write(to: file)
        let malformed = #expect(throws: Overview.Unavailable.self) { try Overview.read(stateFile: file.path) }
        #expect(malformed?.description.contains("is no state of esddns run: it has no version") == true)
        var state = StandaloneState()
        state.addresses[.ipv4] = .init(
            addresses: addressA, condition: .confirmed, confirmedAt: wallTime(5), since: wallTime())
        state.records["home.example.com_A"] = RecordClaim(
            addresses: addressA, phase: .synced, node: "box", generation: .none, holdSeconds: 0, provider: "gandi",
            time: wallTime())
        try Data(state.bytes).write(to: file)
        let overview = try Overview.read(stateFile: file.path)
        #expect(overview.addresses.first?.since == wallTime() && overview.records.first?.name == "home.example.com")
        #expect(overview.origin == "the state file \(file.path)")
        #expect(Overview.stateFile(in: ["ESDDNS_STATE_FILE": file.path]) == file.path)
        #expect(Overview.stateFile(in: ["STATE_DIRECTORY": "/var/lib/esddns"]) == "/var/lib/esddns/state.json")
        #expect(Overview.stateFile(in: [:]) == nil)
    }
}

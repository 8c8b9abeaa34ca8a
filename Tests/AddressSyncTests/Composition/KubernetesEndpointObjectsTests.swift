import ClusterSimulator
import DNSRecords
import NetworkPrimitives
import OperatorCore
import Testing

@testable import AddressSync

/// `DNSEndpoint` objects on a simulated API server.
@Suite(.timeLimit(.minutes(2))) struct KubernetesEndpointObjectsTests {
    private static let resource = SimulatedResource.custom(
        group: "externaldns.k8s.io", version: "v1alpha1", kind: "DNSEndpoint", plural: "dnsendpoints",
        hasStatusSubresource: true)
    /// What the chart has to allow.
    private static let rule = AccessRule(
        apiGroups: ["externaldns.k8s.io"], resources: ["dnsendpoints"], verbs: ["get", "create", "update"])

    private func run(
        hasKind: Bool = true, isAllowed: Bool = true,
        _ work: @escaping @Sendable (Site, DNSEndpointProvider) async throws -> Void
    ) async throws {
        try await Site.run { site in
            if hasKind { site.cluster.api.register(Self.resource) }
            try site.makeAccount("updater-1", .updater)
            if isAllowed {
                site.cluster.api.grant([Self.rule], to: site.user("updater-1").name, namespace: Site.namespace)
            }
            let environment = site.environment(of: "updater-1", [:])
            let client = try KubernetesClient.inCluster(
                environment: environment, fieldManager: "esddns-updater",
                serviceAccountDirectory: environment["ESDDNS_SERVICE_ACCOUNT_DIRECTORY"] ?? "")
            let zone = try #require(DomainName("example.com"))
            let provider = DNSEndpointProvider(
                store: KubernetesEndpointObjects(api: client, namespace: Site.namespace), object: "wan", zone: zone)
            let result: Result<Void, any Error>
            do { result = .success(try await work(site, provider)) } catch { result = .failure(error) }
            await client.shutdown()
            try result.get()
        }
    }

    private func set(_ name: String, _ address: String, ttl: UInt32? = nil) throws -> RecordSet {
        RecordSet(name: try #require(DomainName(name)), address: try #require(IPAddress(address)), ttl: ttl)
    }

    private func object(_ site: Site) -> OrderedJSON? {
        site.cluster.api.object(Self.resource, "wan", namespace: Site.namespace)
    }

    private func writes(_ site: Site) -> Int {
        site.cluster.api.count { $0.user == site.user("updater-1").name && ["create", "update"].contains($0.verb) }
    }

    @Test func createsTheObjectAndChangesItAfterwards() async throws {
        try await run { site, provider in
            let first = try set("home.example.com", "198.51.100.7", ttl: 300)
            #expect(await provider.apply(first) == .created(first))
            #expect(await provider.apply(first) == .inSync(first))
            let second = try set("home.example.com", "203.0.113.9", ttl: 300)
            #expect(await provider.apply(second) == .changed(from: first, to: second))
            let six = try set("home.example.com", "2001:db8::7", ttl: 300)
            #expect(await provider.apply(six) == .created(six))
            let text = RecordSet(name: try #require(DomainName("_m.example.com")), text: "who=we, \"us\"", ttl: 300)
            #expect(await provider.apply(text) == .created(text))
            #expect(await provider.apply(text) == .inSync(text))
            let endpoints = try #require(object(site)?["spec"]?["endpoints"]?.array)
            #expect(
                endpoints
                    == [
                        [
                            "dnsName": "home.example.com", "recordTTL": 300, "recordType": "A",
                            "targets": ["203.0.113.9"],
                        ],
                        [
                            "dnsName": "home.example.com", "recordTTL": 300, "recordType": "AAAA",
                            "targets": ["2001:db8::7"],
                        ],
                        [
                            "dnsName": "_m.example.com", "recordTTL": 300, "recordType": "TXT",
                            "targets": ["who=we, \"us\""],
                        ],
                    ].map { $0 as OrderedJSON })
            #expect(writes(site) == 4)
        }
    }

    @Test func keepsEverythingElse() async throws {
        try await run { site, provider in
            try site.cluster.api.put(
                [
                    "apiVersion": "externaldns.k8s.io/v1alpha1", "kind": "DNSEndpoint",
                    "metadata": ["name": "wan", "labels": ["team": "web"], "annotations": ["note": "keep"]],
                    "spec": [
                        "endpoints": [
                            [
                                "dnsName": "other.example.com", "recordType": "CNAME", "targets": ["www.example.org"],
                                "labels": ["a": "b"], "providerSpecific": [["name": "aws/weight", "value": "10"]],
                                "later": ["field": 150],
                            ],
                            [
                                "dnsName": "Home.example.com.", "recordType": "A", "targets": ["198.51.100.7"],
                                "setIdentifier": "blue", "labels": ["c": "d"],
                                "providerSpecific": [["name": "proxied", "value": "true"]], "later": "too",
                            ],
                        ],
                        "more": true,
                    ],
                ], as: Self.resource, namespace: Site.namespace)
            let before = try #require(object(site))
            #expect(await provider.apply(try set("home.example.com", "203.0.113.9")).isWrite)
            let now = try #require(object(site))
            let (old, new) = (before["spec"]?["endpoints"]?.array, now["spec"]?["endpoints"]?.array)
            #expect(new?.count == 2 && new?.first == old?.first)
            let entry = try #require(new?.last)
            #expect(entry["targets"] == ["203.0.113.9"])
            for field in ["dnsName", "recordType", "setIdentifier", "labels", "providerSpecific", "later", "recordTTL"]
            {
                #expect(entry[field] == old?.last?[field], "\(field)")
            }
            #expect(now["spec"]?["more"] == true)
            for field in ["labels", "annotations"] {
                #expect(now["metadata"]?[field] == before["metadata"]?[field])
            }
        }
    }

    @Test func aMissingKindAndAMissingPermissionAreExplained() async throws {
        for (hasKind, isAllowed) in [(false, true), (true, false)] {
            try await run(hasKind: hasKind, isAllowed: isAllowed) { site, provider in
                switch await provider.apply(try set("home.example.com", "203.0.113.9")) {
                case .failed(let message, retriable: false) where !hasKind:
                    #expect(message.contains("install external-dns with its custom resource definition"))
                case .refused(let message) where hasKind:
                    #expect(message.contains("get, create and update dnsendpoints of externaldns.k8s.io"))
                    #expect(message.contains("namespace \(Site.namespace)"))
                case let outcome: Issue.record("\(outcome)")
                }
                #expect(!hasKind || writes(site) == 0)
            }
        }
    }

    @Test func twoWritersOfOneObjectLoseNothing() async throws {
        try await run { site, provider in
            // Somebody else is faster, twice.
            let entry: @Sendable (Int) -> OrderedJSON = { number in
                ["dnsName": .string("n\(number).example.com"), "recordType": "A", "targets": ["192.0.2.1"]]
            }
            let new: OrderedJSON = [
                "apiVersion": "externaldns.k8s.io/v1alpha1", "kind": "DNSEndpoint", "metadata": ["name": "wan"],
                "spec": ["endpoints": [entry(0)]],
            ]
            try site.cluster.api.put(new, as: Self.resource, namespace: Site.namespace)
            await withTaskGroup { group in
                for number in 1...8 {
                    group.addTask {
                        guard let wish = try? set("home-\(number).example.com", "203.0.113.\(number)") else { return }
                        for _ in 0..<20 where await !provider.apply(wish).isSuccess {}
                    }
                }
            }
            let names = (object(site)?["spec"]?["endpoints"]?.array ?? []).compactMap { $0["dnsName"]?.string }
            #expect(Set(names) == Set((1...8).map { "home-\($0).example.com" } + ["n0.example.com"]))
            #expect(names.count == 9)
        }
    }

    @Test func anAnswerThatIsLostIsLookedFor() async throws {
        try await run { site, provider in
            site.cluster.api.faults.inject(.commitThenDrop, .once, method: "POST")
            guard case .created = await provider.apply(try set("home.example.com", "198.51.100.7")) else {
                Issue.record("not created")
                return
            }
            site.cluster.api.faults.inject(.commitThenDrop, .once, method: "PUT")
            guard case .changed = await provider.apply(try set("home.example.com", "203.0.113.9")) else {
                Issue.record("not changed")
                return
            }
            #expect(writes(site) == 2)
            for fault in [
                HTTPFault.htmlPage(), .htmlPage(502), .apiStatus(500, reason: "InternalError", message: "no"),
            ] {
                site.cluster.api.faults.inject(fault, .untilCleared)
                guard
                    case .failed(_, retriable: true) = await provider.apply(try set("home.example.com", "192.0.2.1"))
                else {
                    Issue.record("expected a failure")
                    return
                }
                site.cluster.api.faults.clear()
            }
            #expect(writes(site) == 2)
        }
    }

    @Test func anUpdaterKeepsTheObject() async throws {
        try await Site.run { site in
            site.cluster.api.register(Self.resource)
            site.cluster.api.grant([Self.rule], to: site.user("updater-1").name, namespace: Site.namespace)
            try site.publish(addressA, heartbeat: 1)
            try site.start(.updater, "updater-1", ["PROVIDER": "dnsendpoint"])
            await site.cluster.api.waitForObject(Self.resource, "esddns", namespace: Site.namespace) {
                let entry = $0?["spec"]?["endpoints"]?.array?.first
                return entry?["targets"] == [.string(addressA.description)]
            }
            await site.waitForEntry { $0.phase == .synced && $0.addresses == addressA }
        }
    }
}

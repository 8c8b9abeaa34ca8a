import ClusterSimulator
import CurlHTTP
import NetworkPrimitives
import OperatorCore
import Testing
import WANDetection

@testable import AddressSync

/// The address of a Service by way of the real client, against an API server, with no more rights than the guide gives.
@Suite(.timeLimit(.minutes(2))) struct ServiceDetectorServerTests {
    /// A started server with one Service, and a client that may read it.
    private struct Cluster {
        let server: SimulatedAPIServer
        let client: KubernetesClient
        let user: SimulatedUser

        /// As a load balancer's controller reports it.
        func setIngress(_ ingress: OrderedJSON) throws {
            try server.patch(
                .services, "front", namespace: "web", subresource: "status",
                with: ["status": ["loadBalancer": ["ingress": ingress]]])
        }

        func detector(
            _ resolve: @escaping ServiceDetector.Resolve = { name, _ throws(SourceError) in
                throw SourceError(.unresolvable, "\(name): name not resolved")
            }
        ) -> ServiceDetector {
            ServiceDetector(
                ServiceReference(namespace: "web", name: "front"), api: client,
                settings: QuorumSettings(quorum: 1, allowNonGlobal: true), resolve: resolve)
        }
    }

    private static let permission = AccessRule(
        apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"], resourceNames: ["front"])

    private func run(
        type: OrderedJSON = "LoadBalancer", rules: [AccessRule] = [permission], _ body: (Cluster) async throws -> Void
    ) async throws {
        let server = try SimulatedAPIServer()
        server.createNamespace("web")
        try server.put(
            ["metadata": ["name": "front"], "spec": ["type": type, "ports": [["port": 443]]]], as: .services,
            namespace: "web")
        let user = SimulatedUser.serviceAccount("esddns-leader", namespace: "esddns-system")
        server.grant(rules, to: user.name, namespace: "web")
        try await server.start()
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
        let http = try HTTPClient(configuration: configuration)
        let token = try #require(BearerToken(server.issueToken(for: user)))
        let client = try KubernetesClient(
            server: server.url, transport: http, credentials: StaticToken(token), fieldManager: "tests")
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Cluster(server: server, client: client, user: user)))
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        await server.stop()
        try result.get()
    }

    @Test func aPendingLoadBalancerChangesNothingUntilItHasAnAddress() async throws {
        try await run { cluster in
            let detector = cluster.detector()
            let pending = await detector.detect(published: addressB.first)
            #expect(pending.address == nil && pending.condition.name == "Unconfirmed")
            #expect(pending.description.contains("has no address yet"), "\(pending)")
            try cluster.setIngress([["ip": .string("\(addressA)")]])
            #expect(await detector.detect(published: addressB.first).condition == .confirmed(addressA.first))
            #expect(await detector.probe().address == addressA.first)
            // And back again, as while it is moved to another load balancer.
            try cluster.setIngress([])
            #expect(await detector.detect(published: addressA.first).address == nil)
        }
    }

    @Test func aHostNameIsResolved() async throws {
        try await run { cluster in
            let detector = cluster.detector { name, family throws(SourceError) in
                #expect(name.hasPrefix("lb-1.example.net") && family == .ipv4)
                return [addressC.first]
            }
            try cluster.setIngress([["hostname": "lb-1.example.net"]])
            #expect(await detector.detect(published: nil).condition == .confirmed(addressC.first))
            let unresolved = await cluster.detector().detect(published: nil)
            #expect(unresolved.address == nil && unresolved.description.contains("lb-1.example.net"), "\(unresolved)")
        }
    }

    @Test func ofSeveralEntriesThePublishedOneStays() async throws {
        try await run { cluster in
            try cluster.setIngress([
                ["ip": .string("\(addressC)")], ["ip": "2001:db8::1"], ["ip": .string("\(addressB)")],
                ["hostname": "lb.example.net"],
            ])
            let detector = cluster.detector { _, _ throws(SourceError) in [addressA.first, addressB.first] }
            let all = [addressA, addressB, addressC].map(\.first)
            let first = await detector.detect(published: nil)
            #expect(first.condition == .multipleEgress(all) && first.address == all[0], "\(first)")
            #expect(await detector.detect(published: all[2]).address == all[2])
        }
    }

    @Test func aServiceOfAnotherTypeOrNoneAtAllIsNamed() async throws {
        try await run(type: "ClusterIP") { cluster in
            let verdict = await cluster.detector().detect(published: nil)
            #expect(verdict.description.contains("is of type ClusterIP; expected LoadBalancer"), "\(verdict)")
            try cluster.server.delete(.services, "front", namespace: "web")
            let gone = await cluster.detector().detect(published: addressA.first)
            #expect(gone.address == nil && gone.description.contains("web/front does not exist"), "\(gone)")
        }
    }

    @Test func aMissingPermissionIsNamedAndNoticedWhenItIsGiven() async throws {
        try await run(rules: []) { cluster in
            try cluster.setIngress([["ip": .string("\(addressA)")]])
            let detector = cluster.detector()
            let forbidden = await detector.detect(published: addressB.first)
            #expect(forbidden.address == nil)
            #expect(forbidden.description.contains("cannot get resource \"services\""), "\(forbidden)")
            #expect(forbidden.description.contains("needs get, list and watch on this Service"), "\(forbidden)")
            cluster.server.grant([Self.permission], to: cluster.user.name, namespace: "web")
            #expect(await detector.detect(published: addressB.first).address == addressA.first)
        }
    }

    /// Changes, a deletion and a new Service arrive by the watch; probes then read nothing, and nothing more is asked for than the
    /// guide's rule allows.
    @Test func theWatchTellsOfChangesWithinTheGuidesPermission() async throws {
        try await run { cluster in
            let detector = cluster.detector()
            let (changes, change) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await detector.watch { change.yield() } }
                var told = changes.makeAsyncIterator()
                await told.next()
                await cluster.server.waitForCall { $0.verb == "watch" && $0.resource == "services" }
                try cluster.setIngress([["ip": .string("\(addressA)")]])
                await told.next()
                #expect(await detector.probe().address == addressA.first)
                try cluster.server.delete(.services, "front", namespace: "web")
                await told.next()
                #expect(await detector.probe().errorDescription?.contains("does not exist") == true)
                try cluster.server.put(
                    ["metadata": ["name": "front"], "spec": ["type": "LoadBalancer", "ports": [["port": 443]]]],
                    as: .services, namespace: "web")
                await told.next()
                try cluster.setIngress([["ip": .string("\(addressB)")]])
                await told.next()
                #expect(await detector.probe().address == addressB.first)
                group.cancelAll()
            }
            let calls = cluster.server.calls.filter { $0.user == cluster.user.name }
            #expect(calls.allSatisfy(\.isAllowed) && !calls.contains { $0.verb == "get" }, "\(calls)")
            #expect(calls.allSatisfy { $0.name == "front" && $0.namespace == "web" })
        }
    }
}

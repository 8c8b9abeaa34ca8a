import ClusterSimulator
import Foundation
import NetworkPrimitives
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SimulatedClusterTests {
    private func allowed(
        _ cluster: SimulatedCluster, _ account: SimulatedCluster.Account, _ method: String, _ target: String
    ) -> Bool {
        var request = SimulatedRequest(method: method, target: target, body: Array("{}".utf8))
        request.headers = [
            .init("Authorization", "Bearer \(cluster.issueToken(for: account))"),
            .init("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json"),
        ]
        return cluster.api.respond(to: request).status != 403
    }

    private static let maps = "/api/v1/namespaces/esddns/configmaps"
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/esddns/leases"
    private static let address = "esddns-wan-address"
    private static let records = "esddns-records"

    @Test(arguments: [
        ("GET", "\(leases)/esddns-leader", true, false), ("PUT", "\(leases)/esddns-leader", true, false),
        ("PUT", "\(leases)/other", false, false), ("DELETE", "\(leases)/esddns-leader", false, false),
        ("POST", leases, true, false), ("GET", leases, false, false),
        ("GET", "\(leases)?fieldSelector=metadata.name%3Desddns-leader", true, false),
        ("PATCH", "\(maps)/\(address)", true, false), ("PATCH", "\(maps)/\(records)", false, true),
        ("GET", "\(maps)/\(address)", true, false), ("GET", "\(maps)/\(records)", false, true),
        ("GET", "\(maps)?fieldSelector=metadata.name%3D\(address)", true, true),
        ("PUT", "\(maps)/\(address)", false, false), ("DELETE", "\(maps)/\(address)", false, false),
        ("POST", maps, true, true), ("POST", "/api/v1/namespaces/esddns/events", true, true),
        ("POST", "/apis/events.k8s.io/v1/namespaces/esddns/events", true, true),
        ("GET", "/api/v1/namespaces/esddns/secrets", false, false),
        ("GET", "/api/v1/namespaces/default/configmaps/\(address)", false, false),
    ])
    func accountsMayDoWhatTheyNeed(method: String, target: String, leader: Bool, updater: Bool) throws {
        let cluster = try SimulatedCluster()
        #expect(allowed(cluster, .leader, method, target) == leader)
        #expect(allowed(cluster, .updater, method, target) == updater)
    }

    @Test func bothConfigMapsExistWithoutData() throws {
        let cluster = try SimulatedCluster()
        for name in [Self.address, Self.records] {
            #expect(cluster.api.configMapData(name, namespace: "esddns")?.isEmpty == true)
        }
    }

    @Test func theAddressMovesEverywhere() async throws {
        var configuration = SimulatedCluster.Configuration()
        configuration.checkIPOverTLS = false
        configuration.withGandi = true
        let cluster = try SimulatedCluster(configuration: configuration)
        try await cluster.start()
        cluster.setWANAddress(.v4(IPv4Address(192, 0, 2, 99)))
        #expect(cluster.stun.count == 3)
        #expect(cluster.stun.allSatisfy { $0.reflectedAddress?.description == "192.0.2.99" })
        for server in cluster.checkIP {
            try await withPlainClient(baseURL: server.url) { client async throws in
                let answer = try await client.send("GET", "/")
                #expect(answer.text == "192.0.2.99\n")
            }
        }
        #expect(cluster.dns.port > 0)
        #expect(cluster.gandi?.port ?? 0 > 0)
        await cluster.stop()
    }

    @Test func serviceAccountDirectoriesOutliveAProcess() throws {
        let directory = NSTemporaryDirectory() + "account-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let read = { (name: String) in try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8) }
        let first = try SimulatedCluster()
        try first.writeServiceAccount(.leader, to: directory)
        let token = try read("token")
        #expect(try read("namespace") == "esddns")
        #expect(try read("ca.crt") == first.api.authority.certificatePEM)

        let second = try SimulatedCluster()
        try second.writeServiceAccount(.leader, to: directory)
        #expect(try read("token") == token)
        var request = SimulatedRequest(method: "GET", target: "\(Self.leases)/esddns-leader")
        request.headers = [.init("Authorization", "Bearer \(token)")]
        #expect(second.api.respond(to: request).status == 404)
        try second.rotateToken(of: .leader, in: directory, revokingOld: true)
        #expect(try read("token") != token)
        #expect(second.api.respond(to: request).status == 401)
    }

    @Test func kubeconfigsLeadToTheServer() async throws {
        let cluster = try SimulatedCluster()
        try await cluster.start()
        for account in [nil, SimulatedCluster.Account.updater] {
            let config = try OrderedJSON(parsing: cluster.kubeconfig(for: account))
            let server = config["clusters"]?.array?.first?[path: "cluster", "server"]?.string
            #expect(server == cluster.api.url)
            let token = try #require(config["users"]?.array?.first?[path: "user", "token"]?.string)
            var request = SimulatedRequest(method: "GET", target: "\(Self.maps)/\(Self.records)")
            request.headers = [.init("Authorization", "Bearer \(token)")]
            #expect(cluster.api.respond(to: request).status == 200)
        }
        #expect(cluster.podEnvironment["KUBERNETES_SERVICE_PORT"] == "\(cluster.api.port)")
        await cluster.stop()
    }
}

import Testing

@testable import ClusterSimulator

/// Services: what the server fills in, and the status as a sub-resource of its own.
@Suite struct ServiceTests {
    private let path = "/api/v1/namespaces/web/services"
    private let server: SimulatedAPIServer

    init() throws {
        server = try SimulatedAPIServer()
        server.createNamespace("web")
    }

    private func service(_ type: OrderedJSON?, name: String = "front") -> OrderedJSON {
        var spec: OrderedJSON = ["ports": [["port": 80]], "selector": ["app": "front"]]
        spec["type"] = type
        return ["metadata": ["name": .string(name)], "spec": spec]
    }

    private func failure(_ body: () throws(SimulatedRequestError) -> Void) -> SimulatedRequestError? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func theServerFillsInWhatIsLeftOut() throws {
        let plain = try server.perform("POST", path, body: service(nil))
        #expect(plain["kind"]?.string == "Service")
        let spec = try #require(plain["spec"])
        #expect(spec["type"]?.string == "ClusterIP" && spec["sessionAffinity"]?.string == "None")
        #expect(spec["clusterIP"]?.string?.hasPrefix("10.96.") == true)
        #expect(spec["clusterIPs"]?.array?.first == spec["clusterIP"])
        #expect(spec[path: "ports"]?.array == [["protocol": "TCP", "port": 80, "targetPort": 80]])
        #expect(plain["status"] == ["loadBalancer": .object([])])

        let balanced = try server.perform("POST", path, body: service("LoadBalancer", name: "balanced"))
        let port = try #require(balanced[path: "spec", "ports"]?.array?.first)
        #expect((30000...32767).contains(port["nodePort"]?.integer ?? 0))
        #expect(balanced[path: "spec", "externalTrafficPolicy"]?.string == "Cluster")
        #expect(balanced[path: "spec", "allocateLoadBalancerNodePorts"]?.bool == true)
        #expect(balanced[path: "spec", "clusterIP"] != spec["clusterIP"])
    }

    @Test func theStatusIsWrittenByItsSubresourceOnly() throws {
        var created = service("LoadBalancer")
        created["status"] = ["loadBalancer": ["ingress": [["ip": "203.0.113.9"]]]]
        let before = try server.perform("POST", path, body: created)
        #expect(before[path: "status", "loadBalancer", "ingress"] == nil)

        let ingress: OrderedJSON = ["status": ["loadBalancer": ["ingress": [["ip": "203.0.113.1"]]]]]
        try server.patch(.services, "front", namespace: "web", with: ingress)
        #expect(server.object(.services, "front", namespace: "web") == before)

        var both = ingress
        both["spec"] = ["type": "ClusterIP"]
        let after = try server.patch(.services, "front", namespace: "web", subresource: "status", with: both)
        #expect(
            after[path: "status", "loadBalancer", "ingress"]?.array == [["ip": "203.0.113.1", "ipMode": "VIP"]])
        #expect(after["spec"] == before["spec"])
        #expect(after.metadataResourceVersion != before.metadataResourceVersion)

        // Whoever replaces the object leaves the status, the cluster's address and the node's port as they are.
        let replaced = try server.put(service("LoadBalancer"), as: .services, namespace: "web")
        #expect(replaced["status"] == after["status"] && replaced["spec"] == after["spec"])
    }

    @Test func whatIsNoServiceIsRefused() throws {
        let cases: [(OrderedJSON, String)] = [
            (["metadata": ["name": "x"], "spec": ["type": "LoadBalancer"]], "spec.ports: Required value"),
            (service("Balanced"), "supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\""),
            (["metadata": ["name": "x"], "spec": ["ports": [["port": 70000]]]], "must be between 1 and 65535"),
            (service(nil, name: "a.b"), "a lowercase RFC 1123 label"),
        ]
        for (body, message) in cases {
            let error = failure { () throws(SimulatedRequestError) in try server.perform("POST", path, body: body) }
            #expect(error?.status == 422 && error?.message.contains(message) == true, "\(message): \(error as Any)")
        }
    }

    @Test func whatIsNoStatusIsRefused() throws {
        try server.perform("POST", path, body: service("LoadBalancer"))
        try server.perform("POST", path, body: service("ClusterIP", name: "inner"))
        let cases: [(String, OrderedJSON, String)] = [
            ("front", ["ip": "nowhere"], "status.loadBalancer.ingress[0].ip: Invalid value: \"nowhere\""),
            ("front", ["hostname": "203.0.113.1"], "must be a DNS name, not an IP address"),
            ("inner", ["ip": "203.0.113.1"], "may only be used when `spec.type` is \"LoadBalancer\""),
        ]
        for (name, entry, message) in cases {
            let error = failure { () throws(SimulatedRequestError) in
                try server.patch(
                    .services, name, namespace: "web", subresource: "status",
                    with: ["status": ["loadBalancer": ["ingress": [entry]]]])
            }
            #expect(error?.status == 422 && error?.message.contains(message) == true, "\(message): \(error as Any)")
        }
    }

    @Test func rulesNameTheServiceAndItsStatusApart() throws {
        try server.perform("POST", path, body: service("LoadBalancer"))
        try server.perform("POST", path, body: service("LoadBalancer", name: "other"))
        let user = SimulatedUser.serviceAccount("reader", namespace: "esddns")
        let token = server.issueToken(for: user)
        server.grant(
            [
                AccessRule(
                    apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"], resourceNames: ["front"])
            ], to: user.name, namespace: "web")
        func status(_ method: String, _ target: String) -> Int {
            var request = SimulatedRequest(method: method, target: target)
            request.headers = [
                .init("Authorization", "Bearer \(token)"), .init("Content-Type", "application/merge-patch+json"),
            ]
            if method == "PATCH" { request.body = Array("{}".utf8) }
            return server.respond(to: request).status
        }
        #expect(status("GET", "\(path)/front") == 200)
        #expect(status("GET", "\(path)?fieldSelector=metadata.name%3Dfront") == 200)
        #expect(status("GET", "\(path)/other") == 403 && status("GET", path) == 403)
        #expect(status("GET", "\(path)/front/status") == 403 && status("PATCH", "\(path)/front/status") == 403)
        server.grant(
            [AccessRule(apiGroups: [""], resources: ["services/status"], verbs: ["patch"])], to: user.name,
            namespace: "web")
        #expect(status("PATCH", "\(path)/front/status") == 200 && status("PATCH", "\(path)/front") == 403)
    }

    @Test func deletingAnswersWithTheService() throws {
        try server.perform("POST", path, body: service("LoadBalancer"))
        #expect(try server.perform("DELETE", "\(path)/front")["kind"]?.string == "Service")
        #expect(server.object(.services, "front", namespace: "web") == nil)
    }

    @Test func discoveryNamesTheSubresource() throws {
        let names = try server.perform("GET", "/api/v1")["resources"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(names.contains("services") && names.contains("services/status"))
    }
}

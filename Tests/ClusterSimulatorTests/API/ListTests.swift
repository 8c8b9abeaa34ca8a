import Testing

@testable import ClusterSimulator

/// Listing, where the recordings say nothing.
struct ListTests {
    private let server: SimulatedAPIServer
    private let maps = "/api/v1/namespaces/default/configmaps"

    init() throws {
        server = try SimulatedAPIServer()
        for (name, tier) in [("a", "web"), ("b", "db"), ("c", "web"), ("d", "")] {
            let labels: OrderedJSON = tier.isEmpty ? [:] : ["tier": .string(tier)]
            try server.put(
                ["metadata": ["name": .string(name), "labels": labels]], as: .configMaps, namespace: "default")
        }
    }

    private func names(_ query: String) throws -> [String] {
        let list = try server.perform("GET", maps + query)
        return list["items"]?.array?.compactMap(\.metadataName) ?? []
    }

    @Test(arguments: [
        ("tier=web", ["a", "c"]), ("tier!=web", ["b", "d"]), ("tier in (web, db)", ["a", "b", "c"]),
        ("tier notin (db)", ["a", "c", "d"]), ("tier", ["a", "b", "c"]), ("!tier", ["d"]), ("tier==db,tier", ["b"]),
        ("", ["a", "b", "c", "d"]),
    ])
    func selectsByLabel(selector: String, expected: [String]) throws {
        let encoded = selector.replacing("=", with: "%3D").replacing(" ", with: "+").replacing("!", with: "%21")
        #expect(try names("?labelSelector=\(encoded)") == expected)
    }

    @Test(arguments: ["tier in", "tier=a=b", "a,,b", "tier in (a", "=", "!"])
    func malformedLabelSelectorsAreRefused(selector: String) throws {
        let encoded = selector.replacing("=", with: "%3D").replacing(" ", with: "+")
        let error = #expect(throws: SimulatedRequestError.self) { try names("?labelSelector=\(encoded)") }
        #expect(error?.status == 400)
    }

    @Test func goesOnPageByPageAtOneVersion() throws {
        let first = try server.perform("GET", maps + "?limit=3")
        #expect(first["items"]?.array?.count == 3)
        #expect(first[path: "metadata", "remainingItemCount"] == 1)
        let token = try #require(first[path: "metadata", "continue"]?.string)
        try server.delete(.configMaps, "d", namespace: "default")
        let second = try server.perform("GET", maps + "?limit=3&continue=\(token)")
        #expect(second["items"]?.array?.compactMap(\.metadataName) == ["d"], "the list is consistent")
        #expect(second[path: "metadata", "resourceVersion"] == first[path: "metadata", "resourceVersion"])
        server.compact()
        try server.delete(.configMaps, "c", namespace: "default")
        let error = #expect(throws: SimulatedRequestError.self) {
            try server.perform("GET", maps + "?limit=3&continue=\(token)")
        }
        #expect(error?.status == 410)
    }

    @Test func showsThePastExactly() throws {
        let version = server.resourceVersion
        try server.delete(.configMaps, "a", namespace: "default")
        try server.patch(.configMaps, "b", namespace: "default", with: ["data": ["x": "y"]])
        #expect(try names("?resourceVersion=\(version)&resourceVersionMatch=Exact") == ["a", "b", "c", "d"])
        #expect(try names("?resourceVersion=\(version)&resourceVersionMatch=NotOlderThan") == ["b", "c", "d"])
    }

    @Test(arguments: [
        "?resourceVersionMatch=Exact", "?resourceVersion=0&resourceVersionMatch=Exact",
        "?resourceVersion=1&resourceVersionMatch=Newer", "?sendInitialEvents=true",
    ])
    func contradictoryOptionsAreRefused(query: String) throws {
        let error = #expect(throws: SimulatedRequestError.self) { try names(query) }
        #expect(error?.status == 422)
    }

    @Test func collectionsOfAllNamespaces() throws {
        try server.put(["metadata": ["name": "z"]], as: .configMaps, namespace: "kube-system")
        let all = try server.perform("GET", "/api/v1/configmaps?limit=4")
        let token = try #require(all[path: "metadata", "continue"]?.string)
        let rest = try server.perform("GET", "/api/v1/configmaps?continue=\(token)")
        #expect(rest["items"]?.array?.compactMap(\.metadataName) == ["z"])
        let selected = try server.perform("GET", "/api/v1/configmaps?fieldSelector=metadata.namespace%3Dkube-system")
        #expect(selected["items"]?.array?.compactMap(\.metadataName) == ["z"])
    }

    @Test(arguments: [
        ("/api", "APIVersions"), ("/apis", "APIGroupList"), ("/api/v1", "APIResourceList"),
        ("/apis/coordination.k8s.io", "APIGroup"), ("/apis/coordination.k8s.io/v1", "APIResourceList"),
    ])
    func describesItself(path: String, kind: String) throws {
        #expect(try server.perform("GET", path)["kind"]?.string == kind)
    }
}

import ClusterSimulator
import CurlHTTP
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SimulatedGandiTests {
    private let home = SimulatedGandi.RecordName(zone: "example.com", name: "home", type: "A")
    private let record = "/domains/example.com/records/home/A"

    private func withGandi(
        _ gandi: SimulatedGandi = SimulatedGandi(zones: ["example.com"], apiKey: "key"),
        authorization: String = "Bearer pat",
        _ body: (SimulatedGandi, (String, String, String?) async throws -> TestResponse) async throws -> Void
    ) async throws {
        try await gandi.start()
        try await withPlainClient(baseURL: gandi.baseURL) { client async throws in
            try await body(gandi) { method, path, content in
                try await client.send(method, path, content, headers: [("Authorization", authorization)])
            }
        }
        await gandi.stop()
    }

    @Test(arguments: ["Bearer pat", "Apikey key"])
    func keepsRecords(authorization: String) async throws {
        try await withGandi(authorization: authorization) { gandi, send async throws in
            #expect(try await send("GET", record, nil).status == 404)
            let created = try await send("PUT", record, #"{"rrset_values": ["192.0.2.1"], "rrset_ttl": 300}"#)
            #expect(created.status == 201)
            let read = try await send("GET", record, nil).json
            #expect(read["rrset_values"] == ["192.0.2.1"])
            #expect(read["rrset_ttl"] == 300)
            #expect(gandi[home] == .init(ttl: 300, values: ["192.0.2.1"]))
            _ = try await send("PUT", record, #"{"rrset_values": ["192.0.2.2"]}"#)
            #expect(gandi[home] == .init(ttl: 300, values: ["192.0.2.2"]))
            #expect(try await send("DELETE", record, nil).status == 204)
            #expect(gandi[home] == nil)
            #expect(gandi.reads == 2)
            #expect(gandi.writes == 3)
            #expect(gandi.changes == 3)
        }
    }

    @Test func knowsItsZones() async throws {
        try await withGandi { gandi, send async throws in
            #expect(try await send("GET", "/domains/example.com", nil).json["fqdn"] == "example.com")
            #expect(try await send("GET", "/domains/example.org", nil).status == 404)
            #expect(try await send("GET", "/domains/example.org/records/home/A", nil).status == 404)
            gandi[home] = .init(ttl: 300, values: ["192.0.2.1"])
            gandi[.init(zone: "example.com", name: "@", type: "TXT")] = .init(ttl: 300, values: ["x"])
            let page = try await send("GET", "/domains/example.com/records?per_page=1", nil)
            #expect(try page.json.array?.count == 1)
            #expect(page.header("Link")?.contains("page=2&per_page=1>; rel=\"next\"") == true)
            #expect(try await send("GET", "/domains/example.com/records?page=2&per_page=1", nil).json.array?.count == 1)
        }
    }

    @Test(arguments: [
        #"{"rrset_values": ["192.0.2.1"], "rrset_ttl": 299}"#, #"{"rrset_values": []}"#, #"{"rrset_ttl": 300}"#, "{",
    ])
    func refusesBadRecords(body: String) async throws {
        try await withGandi { gandi, send async throws in
            let response = try await send("PUT", record, body)
            #expect(response.status == 400)
            #expect(gandi[home] == nil)
        }
    }

    @Test(arguments: ["Bearer other", "Apikey pat", "Basic pat", "Bearer"])
    func refusesBadCredentials(authorization: String) async throws {
        try await withGandi(authorization: authorization) { _, send async throws in
            let response = try await send("GET", record, nil)
            #expect(response.status == 401)
            #expect(try response.json["cause"] == "Unauthorized")
        }
    }

    @Test func wantsTheOwnersSharingID() async throws {
        try await withGandi(SimulatedGandi(zones: ["example.com"], sharingID: "org")) { _, send async throws in
            #expect(try await send("GET", record, nil).status == 403)
            #expect(try await send("GET", record + "?sharing_id=org", nil).status == 404)
        }
    }

    @Test func limitsAsTold() async throws {
        try await withGandi { gandi, send async throws in
            gandi.faults.inject(.status(429, retryAfter: 5))
            let response = try await send("GET", record, nil)
            #expect(response.status == 429)
            #expect(response.header("Retry-After") == "5")
            #expect(gandi.reads == 0)
        }
    }
}

import DNSRecords
import Foundation
import NetworkPrimitives

/// A PowerDNS server on loopback ports, with the SQLite backend, its HTTP API and one zone.
struct PowerDNSServer: Sendable {
    static let zone = "pdns.example"
    static let key = "not-a-secret-just-for-tests"

    let endpoint: HostPort
    let baseURL: String

    /// Where Debian's package has the backend's tables.
    private static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"

    /// Starts `pdns_server`, makes the zone, runs `body`, and ends the server.
    static func run<Result>(_ body: (PowerDNSServer) async throws -> Result) async throws -> Result {
        try await TestProgram.withDirectory { directory async throws in
            let database = directory.appending(path: "zones.db").path()
            let (output, status) = try await TestProgram.run("sqlite3", [database, ".read \(schema)"])
            guard status == 0 else { throw TestProgram.Failure(description: "sqlite3 failed: \(output)") }
            let port = try TestProgram.freePort()
            let apiPort = try TestProgram.freePort()
            let server = PowerDNSServer(
                endpoint: HostPort(host: "127.0.0.1", port: port), baseURL: "http://127.0.0.1:\(apiPort)")
            try """
            launch=gsqlite3
            gsqlite3-database=\(database)
            gsqlite3-dnssec=no
            daemon=no
            guardian=no
            disable-syslog=yes
            security-poll-suffix=
            socket-dir=\(directory.path())
            local-address=127.0.0.1
            local-port=\(port)
            cache-ttl=0
            negquery-cache-ttl=0
            query-cache-ttl=0
            zone-cache-refresh-interval=0
            webserver=yes
            webserver-address=127.0.0.1
            webserver-port=\(apiPort)
            api=yes
            api-key=\(key)
            """.write(to: directory.appending(path: "pdns.conf"), atomically: true, encoding: .utf8)
            return try await TestProgram.withServer(
                "pdns_server", ["--config-dir=\(directory.path())"], log: directory.appending(path: "pdns.log"),
                signal: SIGKILL,
                isReady: { (try? await server.call("GET", "")) != nil },
                {
                    try await server.makeZone()
                    return try await body(server)
                })
        }
    }

    /// What a foreign tool says about a name: one line per value.
    func kdig(_ name: String, _ type: String, _ options: String...) async throws -> [String] {
        let (output, status) = try await TestProgram.run(
            "kdig", ["@127.0.0.1", "-p", "\(endpoint.port)", "+norec", "+retry=0"] + options + [name, type])
        guard status == 0 else { throw TestProgram.Failure(description: "kdig failed: \(output)") }
        return output.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// One call of the API, below the server's zones, without the code that is tested.
    ///
    /// - Returns: the answer's body.
    @discardableResult
    func call(_ method: String, _ path: String, body: String? = nil) async throws -> String {
        var arguments = ["--silent", "--show-error", "--fail-with-body", "--max-time", "10", "--request", method]
        arguments += ["--header", "X-API-Key: \(Self.key)"]
        if let body { arguments += ["--data", body] }
        let url = "\(baseURL)/api/v1/servers/localhost/zones\(path)"
        let (output, status) = try await TestProgram.run("curl", arguments + [url])
        guard status == 0 else { throw TestProgram.Failure(description: "\(method) \(url): \(output)") }
        return output
    }

    private func makeZone() async throws {
        try await call(
            "POST", "",
            body: """
                {"name": "\(Self.zone).", "kind": "Native", "nameservers": ["ns.\(Self.zone)."], "rrsets": [
                  {"name": "home.\(Self.zone).", "type": "A", "ttl": 1234,
                   "records": [{"content": "198.51.100.7"}, {"content": "192.0.2.1", "disabled": true}],
                   "comments": [{"content": "do not touch", "account": "joe"}]},
                  {"name": "home.\(Self.zone).", "type": "AAAA", "ttl": 600, "records": [{"content": "2001:db8::7"}]},
                  {"name": "home.\(Self.zone).", "type": "TXT", "ttl": 60,
                   "records": [{"content": "\\"leave me alone\\""}]},
                  {"name": "alias.\(Self.zone).", "type": "CNAME", "ttl": 60,
                   "records": [{"content": "home.\(Self.zone)."}]}
                ]}
                """)
    }
}

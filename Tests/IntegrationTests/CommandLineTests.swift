import ClusterSimulator
import Foundation
import NetworkPrimitives
import OperatorCore
import Synchronization
import Testing

/// The built command-line tool, as a person or a script uses it.
@Suite(.timeLimit(.minutes(5))) struct CommandLineTests {
    private static let keySecret = Array("a key for the tests only, not secret".utf8)
    private static let commands = [
        "detect", "sync", "run", "check", "status", "lease", "settings", "completions", "demo", "simulate",
    ]

    /// Runs `body` with everything that the tool talks to, what a process would find in its environment, and a kubeconfig of
    /// the administrator.
    private func withCluster(
        _ body: (_ cluster: SimulatedCluster, _ settings: [String: String], _ directory: URL) async throws -> Void
    ) async throws {
        try await TestProgram.withDirectory { directory in
            var configuration = SimulatedCluster.Configuration()
            configuration.checkIPOverTLS = false
            configuration.wanAddress = .v4(IPv4Address(203, 0, 113, 7))
            configuration.keys = [
                SimulatedTSIGKey(name: try DomainName(parsing: "test-key"), secret: Self.keySecret)
            ]
            let cluster = try SimulatedCluster(configuration: configuration)
            try await cluster.start()
            for account in SimulatedCluster.Account.allCases {
                try cluster.writeServiceAccount(account, to: directory.appending(path: account.rawValue).path)
            }
            try Data(cluster.kubeconfig().utf8).write(to: directory.appending(path: "kubeconfig"))
            let dns = cluster.dns.endpoint.description
            let settings = [
                "ESDDNS_ALLOW_NON_GLOBAL": "true", "ESDDNS_RECORDS": "home.example.com", "ESDDNS_PROVIDER": "rfc2136",
                "ESDDNS_NAME_SERVERS": dns, "ESDDNS_RFC2136_SERVER": dns, "ESDDNS_RFC2136_KEY_NAME": "test-key",
                "ESDDNS_RFC2136_KEY_SECRET": Data(Self.keySecret).base64EncodedString(),
                "ESDDNS_STUN_SERVERS": cluster.stun.enumerated().map { "stun-\($0.offset)=\($0.element.endpoint)" }
                    .joined(separator: ","),
                "ESDDNS_HTTP_SOURCES": cluster.checkIP.enumerated().map { "web-\($0.offset)=trusted+\($0.element.url)" }
                    .joined(separator: ","),
            ]
            do {
                try await body(cluster, settings, directory)
            } catch {
                await cluster.stop()
                throw error
            }
            await cluster.stop()
        }
    }

    // MARK: check

    @Test func aCheckOfOneProcessIsADocument() async throws {
        try await withCluster { cluster, settings, _ in
            let run = try await CommandRun.run("esddns", ["check", "--online", "--json"], environment: settings)
            #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run)")
            let document = try JSONValue(parsing: run.output)
            #expect(document["role"] == "run" && document["online"] == true && document["exitCode"] == 0)
            let checks = try #require(document["checks"]?.array)
            let areas = Set(checks.compactMap { $0["area"]?.string })
            #expect(
                areas == ["settings", "source", "address", "credentials", "zone", "record", "name servers", "clock"])
            #expect(
                checks.first { $0["area"] == "address" }?["finding"]?.string?.hasPrefix("203.0.113.7 by 5 ") == true)
            #expect(cluster.dns.appliedUpdates == 0)
            // For people, with and without colours.
            let table = try await CommandRun.run("esddns", ["check", "--online"], environment: settings)
            #expect(table.output.contains("\nok       address ") && !table.output.contains("\u{1B}"), "\(table)")
            let colored = try await CommandRun.run(
                "esddns", ["check"], environment: settings.merging(["CLICOLOR_FORCE": "1"]) { $1 })
            #expect(colored.output.contains("\u{1B}[33mwarning"))
        }
    }

    @Test func aPodChecksItself() async throws {
        try await withCluster { cluster, settings, directory in
            let pod = settings.merging(cluster.podEnvironment) { $1 }
                .merging(["ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.appending(path: "esddns-updater").path]) { $1 }
            let run = try await CommandRun.run("esddns", ["check", "--online", "--json"], environment: pod)
            #expect(run.exitCode == 0, "\(run)")
            let document = try JSONValue(parsing: run.output)
            #expect(document["role"] == "updater")
            let permissions = document["checks"]?.array?.filter { $0["area"] == "permission" } ?? []
            #expect(permissions.count == 3 && permissions.allSatisfy { $0["status"] == "ok" })
            // An updater's account does not do for a leader.
            let leader = try await CommandRun.run(
                "esddns", ["check", "--online", "--role", "leader"], environment: pod)
            #expect(leader.exitCode == 77)
            #expect(leader.output.contains("resources: [leases], resourceNames: [esddns-leader]"), "\(leader.output)")
        }
    }

    @Test func aKubeconfigWillDo() async throws {
        try await withCluster { _, settings, directory in
            let run = try await CommandRun.run(
                "esddns",
                [
                    "check", "--online", "--role", "leader", "--kubeconfig",
                    directory.appending(path: "kubeconfig").path,
                ],
                environment: settings)
            #expect(run.exitCode == 0, "\(run)")
            #expect(run.output.contains("leases/esddns-leader") && run.output.contains("answers, v1.36.2"))
            let none = try await CommandRun.run(
                "esddns", ["check", "--online", "--role", "leader"],
                environment: settings.merging(["HOME": "/nowhere"]) { $1 })
            #expect(none.exitCode == 69 && none.output.contains("/nowhere/.kube/config"), "\(none)")
        }
    }

    @Test func wrongSettingsEndWithTheirCode() async throws {
        let run = try await CommandRun.run(
            "esddns", ["check", "--json"],
            environment: [
                "ESDDNS_QUORUM": "none", "ESDDNS_GANDI_TOKEN": "not-to-be-seen", "ESDDNS_GANDI_API_KEY": "nor-this",
            ])
        #expect(run.exitCode == 78 && !run.output.contains("not-to-be-seen") && !run.output.contains("nor-this"))
        let checks = try #require(try JSONValue(parsing: run.output)["checks"]?.array)
        #expect(checks.count == 3 && checks.allSatisfy { $0["status"] == "failed" })
    }

    // MARK: status

    @Test func statusTellsWhatAClusterBelieves() async throws {
        try await withCluster { cluster, _, directory in
            try cluster.api.patch(
                .configMaps, "esddns-wan-address", namespace: "esddns",
                with: [
                    "data": [
                        "ipv4": "203.0.113.7", "condition": "Confirmed", "heartbeat": "3", "epoch": "2",
                        "votes": "a.example:1/udp=203.0.113.7",
                    ]
                ])
            let kubeconfig = directory.appending(path: "kubeconfig").path
            let run = try await CommandRun.run("esddns", ["status", "--kubeconfig", kubeconfig, "--json"])
            #expect(run.exitCode == 0, "\(run)")
            let document = try JSONValue(parsing: run.output)
            #expect(document["origin"] == "namespace esddns" && document["epoch"] == 2)
            #expect(document["addresses"]?.array?.first?["address"] == "203.0.113.7")
            #expect(document["problems"]?.array == ["there is no Lease esddns-leader in the namespace esddns"])
            // In a pod the small executable does it.
            let pod = cluster.podEnvironment.merging(
                ["ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.appending(path: "esddns-leader").path]) { $1 }
            let own = try await CommandRun.run("esddns", ["status"], environment: pod)
            // A leader may not read the records.
            #expect(own.exitCode == 77 && own.output.contains("IPv4   203.0.113.7, Confirmed"), "\(own)")
            let other = try await CommandRun.run("esddns", ["status", "--kubeconfig", kubeconfig, "-n", "other"])
            #expect(other.exitCode == 69 && other.output.isEmpty)
            #expect(other.errors.hasPrefix("Error: esddns is not installed in the namespace other"))
            let none = try await CommandRun.run("esddns", ["status"], environment: ["HOME": "/nowhere"])
            #expect(none.exitCode == 78 && none.errors.contains("/nowhere/.kube/config"), "\(none)")
        }
    }

    @Test func statusOfAProcessComesFromItsPageAndItsState() async throws {
        try await withCluster { cluster, settings, directory in
            let state = directory.appending(path: "state.json").path
            let port = try freePort()
            let own = settings.merging(["ESDDNS_STATE_FILE": state, "ESDDNS_LISTEN": "127.0.0.1:\(port)"]) { $1 }
            let record = try DomainName(parsing: "home.example.com")
            async let process = CommandRun.run(
                "esddns", ["run"], environment: own,
                interruptedAfter: {
                    let changes = cluster.dns.changes()
                    if cluster.dns.records(record, .a).isEmpty { for await _ in changes { break } }
                    // What it has written it reports a moment later.
                    var page = try? await CommandRun.run(
                        "esddns", ["status", "--url", "http://127.0.0.1:\(port)", "--json"])
                    while page?.output.contains("Synced") != true, !Task.isCancelled {
                        page = try? await CommandRun.run(
                            "esddns", ["status", "--url", "http://127.0.0.1:\(port)", "--json"])
                    }
                })
            #expect(try await process.exitCode == 0)
            let run = try await CommandRun.run("esddns", ["status"], environment: ["ESDDNS_STATE_FILE": state])
            #expect(run.exitCode == 0 && run.output.contains("IPv4  203.0.113.7, Confirmed"), "\(run)")
            #expect(run.output.contains("home.example.com  A     rfc2136   Synced   203.0.113.7"))
            let gone = try await CommandRun.run("esddns", ["status", "--url", "http://127.0.0.1:\(port)"])
            #expect(gone.exitCode == 69 && gone.errors.contains("is the process running"))
        }
    }

    private func freePort() throws -> UInt16 { try TestProgram.freePort() }

    // MARK: Help and completions

    @Test(arguments: commands) func everyCommandHelpsWithExamples(command: String) async throws {
        for arguments in [[command, "--help"], ["help", command]] {
            let run = try await CommandRun.run("esddns", arguments)
            #expect(run.exitCode == 0 && run.output.contains("USAGE: esddns \(command)"), "\(run)")
            #expect(run.output.contains("\nExamples:\n  "), "\(run.output)")
        }
        let wrong = try await CommandRun.run("esddns", [command, "--no-such-option"])
        // Where an argument is required, that is what is missed first.
        let isNamed = ["--no-such-option", "Missing expected argument"].contains { wrong.errors.contains($0) }
        #expect(wrong.exitCode == 64 && isNamed, "\(wrong.errors)")
    }

    private static let completer = """
        source "$1"; shift
        COMP_WORDS=(esddns "$@"); COMP_CWORD=$#; COMP_LINE="esddns $*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
        _esddns esddns "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """

    @Test func bashCompletesCommandsOptionsAndValues() async throws {
        let script = try await CommandRun.run("esddns", ["completions", "bash"])
        #expect(script.exitCode == 0)
        try await TestProgram.withDirectory { directory in
            let file = directory.appending(path: "esddns")
            try Data(script.output.utf8).write(to: file)
            let syntax = try await TestProgram.run("bash", ["-n", file.path])
            #expect(syntax.status == 0, "\(syntax.output)")
            let completer = directory.appending(path: "complete")
            // The values of some options are asked of the executable itself.
            let path = URL(filePath: try SiteProcess.path(of: "esddns")).deletingLastPathComponent().path
            try Data("PATH=\(path):$PATH\n\(Self.completer)".utf8).write(to: completer)
            func completions(_ words: [String]) async throws -> Set<String> {
                let run = try await TestProgram.run("bash", [completer.path, file.path] + words)
                #expect(run.status == 0, "\(run.output)")
                return Set(run.output.split(separator: "\n").map(String.init))
            }
            #expect(try await completions([""]).isSuperset(of: Self.commands))
            #expect(try await completions(["che"]) == ["check"])
            #expect(try await completions(["check", "--role", ""]) == ["leader", "updater", "run"])
            #expect(try await completions(["completions", ""]).isSuperset(of: ["bash", "zsh", "fish"]))
            #expect(try await completions(["settings", "--provider", "cloud"]) == ["cloudflare"])
            #expect(try await completions(["detect", "--stun", "stun.cloudf"]) == ["stun.cloudflare.com:3478/udp"])
            // The other executable's commands as well.
            #expect(try await completions(["lease", "--k"]) == ["--kubeconfig"])
            #expect(try await completions(["demo", "--up"]) == ["--updaters"])
            #expect(try await completions(["simulate", "--"]).isSuperset(of: ["--state", "--listen"]))
        }
    }

    @Test(arguments: ["zsh", "fish"]) func otherShellsGetTheirScripts(shell: String) async throws {
        let script = try await CommandRun.run("esddns", ["completions", shell])
        #expect(script.exitCode == 0)
        for command in Self.commands { #expect(script.output.contains(command), "\(command)") }
        #expect(script.output.contains("updaters") && script.output.contains("kubeconfig"))
        let unknown = try await CommandRun.run("esddns", ["completions", "tcsh"])
        #expect(unknown.exitCode == 64 && unknown.errors.contains("tcsh"))
    }

    // MARK: Machines, and interruptions

    @Test func settingsAreADocument() async throws {
        let run = try await CommandRun.run("esddns", ["settings", "--json"])
        let document = try JSONValue(parsing: run.output)
        let quorum = document["settings"]?.array?.first { $0["name"] == "ESDDNS_QUORUM" }
        #expect(run.exitCode == 0 && quorum?["default"] == "2")
        let one = try await CommandRun.run("esddns", ["settings", "--provider", "gandi", "--json"])
        let provider = try JSONValue(parsing: one.output)
        #expect(provider["ttl"]?["minimum"] == 300)
        #expect(provider["settings"]?.array?.first?["isSecret"] == true)
        let page = try await CommandRun.run("esddns", ["settings", "--provider", "gandi"])
        #expect(page.output.hasPrefix("### `gandi`\n"))
        let wrong = try await CommandRun.run("esddns", ["settings", "--provider", "gandy"])
        #expect(wrong.exitCode == 64 && wrong.errors.contains("one of gandi, cloudflare"))
    }

    @Test(arguments: [
        ["detect", "--allow-non-global", "--timeout", "120", "--json"], ["check", "--online"], ["sync", "--dry-run"],
    ])
    func interruptedCommandsEndQuietly(arguments: [String]) async throws {
        let server = SimulatedSTUNServer(reflectedAddress: .v4(IPv4Address(203, 0, 113, 7)))
        server.faults.inject(.silent, .untilCleared)
        try await server.start()
        let own = arguments[0] == "detect" ? ["--stun", "\(server.endpoint)", "--quorum", "1"] : []
        let run = try await CommandRun.run(
            "esddns", arguments + own,
            environment: [
                "ESDDNS_STUN_SERVERS": "\(server.endpoint)", "ESDDNS_DETECTION": "stun", "ESDDNS_QUORUM": "1",
                "ESDDNS_ALLOW_NON_GLOBAL": "true", "ESDDNS_RECORDS": "home.example.com", "ESDDNS_GANDI_TOKEN": "t",
            ],
            interruptedAfter: {
                // It has asked, and waits.
                while server.requests == 0 { await Task.yield() }
            })
        await server.stop()
        #expect(run.exitCode == 130 && run.output.isEmpty && run.errors.isEmpty, "\(run)")
    }

    @Test func aSimulatedClusterSaysWhereItIs() async throws {
        try await TestProgram.withDirectory { directory in
            let state = directory.appending(path: "state").path
            let port = try freePort()
            let run = try await CommandRun.run(
                "esddns", ["simulate", "--state", state, "--listen", "127.0.0.1:\(port)", "--json"],
                interruptedAfter: {
                    var status = try? await CommandRun.run("esddns", ["status", "--kubeconfig", "\(state)/kubeconfig"])
                    while status?.exitCode != 0, !Task.isCancelled {
                        status = try? await CommandRun.run("esddns", ["status", "--kubeconfig", "\(state)/kubeconfig"])
                    }
                })
            #expect(run.exitCode == 0, "\(run)")
            #expect(try JSONValue(parsing: run.output)["url"]?.string == "https://127.0.0.1:\(port)")
        }
    }
}

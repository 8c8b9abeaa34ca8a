import ClusterSimulator
import Foundation
import OperatorCore
import Synchronization
import Testing

@testable import KubernetesConfiguration

@Suite(.timeLimit(.minutes(2)))
struct ExecPluginTests {
    private static let path = ["PATH": "/usr/bin:/bin"]

    /// The plugin of a user whose `exec` holds these lines of YAML besides version and command.
    private func plugin(
        _ script: String, in scratch: Scratch, version: String = "v1", more: String = "interactiveMode: Never",
        cluster: String = "server: https://h"
    ) throws -> ExecPlugin {
        _ = try scratch.plugin(script)
        let lines =
            ["apiVersion: client.authentication.k8s.io/\(version)", "command: ./bin/plugin"]
            + more.split(separator: "\n").map(String.init)
        let text = kubeconfig(
            cluster: cluster, user: "exec:\n" + lines.map { "  \($0)" }.joined(separator: "\n"))
        let access = try Kubeconfig(paths: [scratch.write("config", text)]).access()
        guard case .exec(let plugin) = access.authentication else { throw KubeconfigError(problem: "no plugin") }
        return plugin
    }

    private static func printing(_ status: String, version: String = "v1") -> String {
        """
        cat <<'END'
        {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/\(version)", "status": {\(status)}}
        END
        """
    }

    private func credentials(
        _ plugin: ExecPlugin, at time: @escaping @Sendable () -> MicroTime = { MicroTime.now() }
    ) -> ExecCredentials {
        ExecCredentials(plugin: plugin, environment: Self.path, wallClock: time)
    }

    @Test func aPluginGetsArgumentsEnvironmentAndCluster() async throws {
        let scratch = try Scratch()
        let plugin = try plugin(
            #"printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"%s"}}' "$FLAVOUR""#,
            in: scratch, version: "v1beta1",
            more: """
                args: [get-token, '--id=a b', '']
                env: [{name: FLAVOUR, value: sweet}]
                provideClusterInfo: true
                """,
            cluster: """
                server: https://h:1
                tls-server-name: api.internal
                proxy-url: http://127.0.0.1:3128
                certificate-authority-data: \("authority".base64)
                extensions:
                  - {name: other, extension: 1}
                  - {name: client.authentication.k8s.io/exec, extension: {audience: 06e3, depth: [1, true, x]}}
                """)
        #expect(try await credentials(plugin).bearerToken() == BearerToken("sweet"))
        #expect(scratch.lines("runs") == ["get-token --id=a b "])
        let info = try JSONValue(parsing: try scratch.read("info"))
        #expect(info["apiVersion"] == "client.authentication.k8s.io/v1beta1")
        #expect(info["kind"] == "ExecCredential")
        #expect(info[["spec", "interactive"]]?.bool != nil)
        #expect(
            info[["spec", "cluster"]] == [
                "server": "https://h:1", "tls-server-name": "api.internal", "proxy-url": "http://127.0.0.1:3128",
                "certificate-authority-data": .string("authority".base64),
                "config": ["audience": .number(6000), "depth": [1, true, "x"]],
            ])
    }

    @Test func theClusterIsToldOnlyToThoseWhoAsk() async throws {
        let scratch = try Scratch()
        _ = try await credentials(plugin(Self.printing(#""token": "t""#), in: scratch)).bearerToken()
        #expect(try JSONValue(parsing: try scratch.read("info"))["spec"] == ["interactive": false])
    }

    @Test func aCredentialIsKeptUntilItExpires() async throws {
        let scratch = try Scratch()
        let now = Mutex(try #require(MicroTime(rfc3339: "2030-01-01T00:00:00Z")))
        let plugin = try plugin(
            Self.printing(#""token": "t", "expirationTimestamp": "2030-01-01T01:00:00+00:00""#), in: scratch)
        let credentials = credentials(plugin) { now.withLock { $0 } }
        for _ in 0..<3 { _ = try await credentials.bearerToken() }
        #expect(scratch.lines("runs").count == 1)
        now.withLock { $0 = $0.advanced(by: .seconds(3590)) }
        _ = try await credentials.bearerToken()
        #expect(scratch.lines("runs").count == 1)
        now.withLock { $0 = $0.advanced(by: .seconds(10)) }
        _ = try await credentials.bearerToken()
        #expect(scratch.lines("runs").count == 2)
    }

    @Test func requestsAtTheSameTimeShareARun() async throws {
        let scratch = try Scratch()
        let credentials = try credentials(plugin(Self.printing(#""token": "t""#), in: scratch))
        await withTaskGroup(of: BearerToken?.self) { group in
            for _ in 0..<10 { group.addTask { try? await credentials.bearerToken() } }
            for await token in group { #expect(token == BearerToken("t")) }
        }
        #expect(scratch.lines("runs").count == 1)
    }

    @Test func aRefusedTokenIsFetchedAnewButNotASuccessor() async throws {
        let scratch = try Scratch()
        let plugin = try plugin(
            #"printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}' "$(wc -l <\#(scratch.path)/runs | tr -d ' ')""#,
            in: scratch)
        let credentials = credentials(plugin)
        let first = try await credentials.bearerToken()
        #expect(first == BearerToken("t1"))
        await credentials.rejected(first)
        #expect(try await credentials.bearerToken() == BearerToken("t2"))
        await credentials.rejected(first)
        #expect(try await credentials.bearerToken() == BearerToken("t2"))
    }

    @Test(arguments: [
        ("echo 'log in first' >&2; exit 3", "has failed with exit status 3: log in first"),
        ("kill -9 $$", "was ended by signal 9"), ("echo s3cret", "has not printed an ExecCredential in JSON"),
        (#"echo '{"kind": "Token"}'"#, "kind is not ExecCredential"),
        (printing(#""token": "s3cret""#, version: "v1beta1"), "apiVersion is not client.authentication.k8s.io/v1"),
        (printing(""), "neither a token nor a client certificate"),
        (printing(#""token": "s3cret s3cret""#), "a token that is not printable"),
        (printing(#""clientKeyData": "s3cret""#), "one of clientCertificateData and clientKeyData without the other"),
        (printing(#""token": "s3cret", "expirationTimestamp": "tomorrow""#), "not a time as of RFC 3339"),
        ("head -c 1100000 /dev/zero", "has printed more than 1048576 bytes"),
    ])
    func aPluginThatFailsIsNamedWithItsHint(script: String, complaint: String) async throws {
        let scratch = try Scratch()
        let plugin = try plugin(
            script, in: scratch, more: "interactiveMode: Never\ninstallHint: |\n  Get it from the plugin's home.")
        let error = await #expect(throws: KubernetesError.self) { try await credentials(plugin).bearerToken() }
        let text = "\(try #require(error))"
        #expect(text.contains(complaint), "\(text)")
        #expect(text.contains("\(scratch.path)/config:"))
        #expect(text.contains("users[u].user.exec"))
        #expect(text.contains("Get it from the plugin's home."))
        #expect(!text.contains("s3cret"))
        // A failure is not remembered.
        _ = try? await credentials(plugin).bearerToken()
        #expect(scratch.lines("runs").count == 2)
    }

    @Test func aPluginThatIsNotInstalledIsNamed() async throws {
        let scratch = try Scratch()
        let plugin = try plugin("exit 0", in: scratch)
        try FileManager.default.removeItem(atPath: "\(scratch.path)/bin/plugin")
        let error = await #expect(throws: KubernetesError.self) { try await credentials(plugin).bearerToken() }
        #expect(error?.message.contains("bin/plugin is not installed") == true, "\(error as Any)")
    }

    @Test func aPluginThatHangsIsEnded() async throws {
        let scratch = try Scratch()
        let plugin = try plugin("exec sleep 600", in: scratch)
        let error = await #expect(throws: KubernetesError.self) {
            try await plugin.run(environment: Self.path, timeLimit: .milliseconds(100), isTerminal: false)
        }
        #expect(error?.message.contains("has not ended within 0.1 seconds") == true)
    }

    @Test func aPluginThatNeedsItsUserIsNotRunWithoutATerminal() async throws {
        let scratch = try Scratch()
        let plugin = try plugin(Self.printing(#""token": "t""#), in: scratch, more: "interactiveMode: Always")
        let error = await #expect(throws: KubernetesError.self) {
            try await plugin.run(environment: Self.path, timeLimit: .seconds(60), isTerminal: false)
        }
        #expect(error?.message.contains("standard input is not a terminal") == true)
        #expect(scratch.lines("runs").isEmpty)
    }
}

import ClusterSimulator
import CurlHTTP
import OperatorCore
import Testing

@testable import KubernetesConfiguration

struct KubeconfigTests {
    private func access(_ text: String, in scratch: Scratch, context: String? = nil) throws -> KubernetesAccess {
        try Kubeconfig(paths: [scratch.write("config", text)]).access(context: context)
    }

    @Test func aContextLeadsToServerNamespaceAndUser() throws {
        let access = try access(kubeconfig(), in: Scratch())
        #expect(access.server == "https://127.0.0.1:6443")
        #expect(access.namespace == "home")
        guard case .token(let token) = access.authentication else {
            Issue.record("not the token")
            return
        }
        #expect(token == BearerToken("t0ken"))
    }

    @Test func theFirstFileWinsAndMissingOnesAreSkipped() throws {
        let scratch = try Scratch()
        let first = try scratch.write(
            "first", "clusters: [{name: k, cluster: {server: 'https://first:1'}}]\ncurrent-context: d\n")
        let second = try scratch.write("second", kubeconfig(cluster: "server: https://second:2\ntls-server-name: x"))
        let third = try scratch.write("third", "contexts: [{name: d, context: {cluster: k, user: u}}]")
        let config = try Kubeconfig(
            environment: ["KUBECONFIG": "\(scratch.path)/none:\(first)::\(second):\(third)", "HOME": "/nowhere"])
        #expect(config.currentContext == "d")
        #expect(config.contextNames == ["c", "d"])
        #expect(config.paths == [first, second, third])
        let access = try config.access()
        #expect(access.server == "https://first:1")
        #expect(access.http.tlsServerName == nil, "an entry is taken whole")
        #expect(access.namespace == "default")
        #expect(try config.access(context: "c").namespace == "home")
    }

    @Test func theHomeDirectoryIsLookedAtWithoutTheVariable() throws {
        let scratch = try Scratch()
        let path = try scratch.write(".kube/config", kubeconfig())
        #expect(try Kubeconfig(environment: ["HOME": scratch.path]).paths == [path])
        let error = try #require(throws: KubeconfigError.self) {
            try Kubeconfig(environment: ["HOME": "/nowhere"])
        }
        #expect(error.description.contains("/nowhere/.kube/config"))
    }

    @Test func pathsAreRelativeToTheirFileAndDataBeatsThem() throws {
        let scratch = try Scratch()
        try scratch.write("sub/ca.crt", "from the file")
        try scratch.write("sub/client.crt", "chain")
        try scratch.write("sub/client.key", "key")
        let text = kubeconfig(
            cluster: "server: https://h\ncertificate-authority: ca.crt",
            user: "client-certificate: client.crt\nclient-key: not-there\nclient-key-data: \("data".base64)")
        let access = try Kubeconfig(paths: [scratch.write("sub/config", text)]).access()
        #expect(access.authority == Array("from the file".utf8))
        #expect(access.http.clientCertificate?.certificateChain == Array("chain".utf8))
        #expect(access.http.clientCertificate?.privateKey == Array("data".utf8))
        let withFile = try Kubeconfig(paths: [scratch.write("sub/other", kubeconfig(user: "tokenFile: t"))]).access()
        guard case .tokenFile("\(scratch.path)/sub/t") = withFile.authentication else {
            Issue.record("not the file beside the kubeconfig")
            return
        }
    }

    @Test func connectionSettingsAreTakenOver() throws {
        let access = try access(
            kubeconfig(
                cluster: """
                    server: https://h
                    tls-server-name: api.internal
                    proxy-url: socks5://127.0.0.1:1080
                    insecure-skip-tls-verify: true
                    """, user: "token: t\nas: jane\nas-groups: [a, b]"), in: Scratch())
        #expect(access.http.tlsServerName == "api.internal")
        #expect(access.http.proxy == .url("socks5://127.0.0.1:1080"))
        guard case .insecure = access.http.trustRoots else {
            Issue.record("still verifies")
            return
        }
        #expect(access.impersonation == .init(user: "jane", groups: ["a", "b"]))
    }

    @Test(arguments: [
        ("", "token: t", "clusters[k].cluster.server is missing; it has to be a URL"),
        ("server: [a]", "token: t", "clusters[k].cluster.server is a list; it has to be a text"),
        (
            "server: https://h\ninsecure-skip-tls-verify: yes please", "token: t",
            "clusters[k].cluster.insecure-skip-tls-verify is \"yes please\"; it has to be true or false"
        ),
        (
            "server: https://h\ncertificate-authority-data: '%%%'", "token: t",
            "clusters[k].cluster.certificate-authority-data is not Base64"
        ),
        (
            "server: https://h\ncertificate-authority: gone.crt", "token: t",
            "clusters[k].cluster.certificate-authority names a file that cannot be read"
        ),
        (
            "server: https://h\ninsecure-skip-tls-verify: true\ncertificate-authority-data: QUJD", "token: t",
            "it cannot be combined with a certificate authority"
        ),
        ("server: https://h", "token: {secret: s3cret}", "users[u].user.token is a mapping; it has to be a text"),
        ("server: https://h", "token: s3cret s3cret", "users[u].user.token is something (not shown); it has to be"),
        ("server: https://h", "client-key-data: czNjcmV0", "users[u].user.client-certificate is missing"),
        ("server: https://h", "client-certificate-data: czNjcmV0", "users[u].user.client-key is missing"),
        (
            "server: https://h", "username: s3cret",
            "users[u].user.username is set, but the API server takes no passwords"
        ),
        ("server: https://h", "auth-provider: {name: gcp}", "users[u].user.auth-provider is set, but"),
        ("server: https://h", "as-groups: [x]", "users[u].user.as is missing"),
        ("server: https://h", "exec: {command: x}", "users[u].user.exec.apiVersion is missing"),
        (
            "server: https://h", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}",
            "users[u].user.exec.apiVersion is \"client.authentication.k8s.io/v1alpha1\"; it has to be"
        ),
        (
            "server: https://h", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}",
            "users[u].user.exec.interactiveMode is missing; it has to be one of Never, IfAvailable, Always"
        ),
        (
            "server: https://h",
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x, env: [{name: A, value: [s3cret]}]}",
            "users[u].user.exec.env[0].value is a list; it has to be a text"
        ),
    ])
    func aBadValueIsNamedWithItsFileAndKey(cluster: String, user: String, complaint: String) throws {
        let scratch = try Scratch()
        let error = try #require(throws: KubeconfigError.self) {
            try access(kubeconfig(cluster: cluster, user: user), in: scratch)
        }
        #expect(error.description.contains(complaint), "\(error)")
        #expect(error.description.hasPrefix("\(scratch.path)/config"))
        #expect(!error.description.contains("s3cret"))
        #expect(!error.description.contains("czNjcmV0"))
    }

    @Test(arguments: [
        ("token: 's3cret\nb: [", "is not YAML"), ("- s3cret", "it has to be a mapping"),
        ("kind: Pod", "kind is \"Pod\"; it has to be Config"),
        ("apiVersion: v2", "apiVersion is \"v2\"; it has to be v1"),
        ("users: s3cret", "users is \"s3cret\"; it has to be a list"), ("a: s3cret\na: b", "names a key twice"),
        ("users: [{user: {}}]", "users[0].name is missing"),
        ("users: [{name: a}, {name: a}]", "users[1].name is \"a\"; the same list has that name already"),
    ])
    func aBadFileIsNamed(text: String, complaint: String) throws {
        let scratch = try Scratch()
        let error = try #require(throws: KubeconfigError.self) { try access(text, in: scratch) }
        #expect(error.description.contains(complaint), "\(error)")
        #expect(error.description.hasPrefix("\(scratch.path)/config"))
    }

    @Test func aMissingContextIsAnsweredWithThoseThatThereAre() throws {
        let scratch = try Scratch()
        let error = try #require(throws: KubeconfigError.self) {
            try access(kubeconfig(), in: scratch, context: "prod")
        }
        #expect(error.description.contains("\"prod\", which is not the name of a context; there are c"))
        let without = try #require(throws: KubeconfigError.self) { try access("kind: Config", in: scratch) }
        #expect(without.description.contains("current-context is not set; contexts: there are none"))
    }

    @Test func anEntryThatNobodyAsksForDoesNoHarm() throws {
        let text = kubeconfig() + "  - {name: old, user: {auth-provider: {name: gcp}}}\n"
        #expect(try access(text, in: Scratch()).namespace == "home")
    }

    @Test func aliasesCannotGrowBeyondBounds() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let error = try #require(throws: KubeconfigError.self) { try access(text, in: Scratch()) }
        #expect(error.description.contains("expands to too much"))
    }

    @Test func certificatesThatCannotBeUsedAreNamed() async throws {
        let access = try access(
            kubeconfig(cluster: "server: https://h\ncertificate-authority-data: \("nonsense".base64)"), in: Scratch())
        let error = await #expect(throws: KubeconfigError.self) {
            try await access.client(fieldManager: "test", environment: [:])
        }
        #expect(error?.description.contains("holds no PEM block") == true)
    }
}

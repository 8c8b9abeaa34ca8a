import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization
import TestSupport
import Testing

@Suite struct InClusterConfigurationTests {
    private let directory = InClusterConfiguration.defaultServiceAccountDirectory

    private func configuration(
        _ environment: [String: String], _ files: MemoryFiles = MemoryFiles()
    ) throws -> InClusterConfiguration {
        try InClusterConfiguration(environment: environment, files: files.reader)
    }

    @Test(arguments: [
        ("10.96.0.1", "443", "https://10.96.0.1:443"),
        ("kubernetes.default.svc", "6443", "https://kubernetes.default.svc:6443"),
        ("fd00::1", "443", "https://[fd00::1]:443"), ("[fd00::1]", "443", "https://[fd00::1]:443"),
        ("::ffff:10.0.0.1", "8443", "https://[::ffff:10.0.0.1]:8443"),
    ])
    func theServerIsWhatKubernetesSays(host: String, port: String, server: String) throws {
        let configuration = try configuration(["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port])
        #expect(configuration.server == server)
        #expect(configuration.tokenFile == "\(directory)/token")
        #expect(configuration.certificateAuthorityFile == "\(directory)/ca.crt")
    }

    @Test(
        arguments: [
            ([:], ["KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT"]),
            (["KUBERNETES_SERVICE_PORT": "443"], ["KUBERNETES_SERVICE_HOST not set"]),
            (["KUBERNETES_SERVICE_HOST": "10.0.0.1"], ["KUBERNETES_SERVICE_PORT not set"]),
            (
                ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": ""],
                ["KUBERNETES_SERVICE_PORT not set"]
            ),
            (["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "0"], ["_PORT is \"0\"", "65535"]),
            (
                ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "tcp://10.0.0.1:443"],
                ["_PORT is \"tcp"]
            ),
            (["KUBERNETES_SERVICE_HOST": "a b", "KUBERNETES_SERVICE_PORT": "443"], ["_HOST is \"a b\""]),
            (["KUBERNETES_SERVICE_HOST": "a/b:1", "KUBERNETES_SERVICE_PORT": "443"], ["_HOST is \"a/b:1\""]),
            (["KUBERNETES_SERVICE_HOST": "u@h", "KUBERNETES_SERVICE_PORT": "443"], ["_HOST is"]),
        ] as [([String: String], [String])])
    func whatIsWrongIsNamed(environment: [String: String], words: [String]) {
        let error = #expect(throws: KubernetesError.self) { try configuration(environment) }
        #expect(error?.failure == .configuration)
        for word in words { #expect(error?.message.contains(word) == true, "\(error?.message ?? "")") }
    }

    @Test(
        arguments: [
            ("from-environment", "from-file", "from-environment"), (nil, "from-file\n", "from-file"),
            ("", " from-file ", "from-file"), (nil, nil, "default"), (" ", "\n", "default"),
            (nil, "two words", "default"),
        ] as [(String?, String?, String)])
    func theNamespaceHasThreeSources(variable: String?, file: String?, expected: String) throws {
        var environment = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]
        environment["POD_NAMESPACE"] = variable
        let files = MemoryFiles()
        files["\(directory)/namespace"] = file
        #expect(try configuration(environment, files).namespace == expected)
    }

    @Test func aClientInAClusterPutsItAllTogether() async throws {
        let lease = #"{"kind":"Lease","metadata":{"name":"l","resourceVersion":"1"}}"#
        let inner = ScriptedTransport(.init(200, lease))
        let files = MemoryFiles(["/sa/namespace": "esddns"])
        let roots = Mutex<[[UInt8]]>([])
        let client = try KubernetesClient.inCluster(
            environment: ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"],
            fieldManager: "esddns", serviceAccountDirectory: "/sa", files: files.reader, clock: VirtualClock(),
            makeTransport: { configuration in
                if case .pem(let pem) = configuration.trustRoots { roots.withLock { $0.append(pem) } }
                return inner
            })
        #expect(client.namespace == "esddns")
        func get() async throws -> Lease {
            try await client.get(Lease.self, name: "l", namespace: client.namespace, timeout: .seconds(5))
        }
        // The process may start before its files are there.
        let noToken = await #expect(throws: KubernetesError.self) { try await get() }
        #expect(noToken?.failure == .configuration)
        files["/sa/token"] = "t"
        let noAuthority = await #expect(throws: KubernetesError.self) { try await get() }
        #expect(noAuthority?.failure == .transport(.tlsFailed))
        #expect(noAuthority?.message.contains("/sa/ca.crt") == true)
        files["/sa/ca.crt"] = certificate("A")
        #expect(try await get().resourceVersion == "1")
        #expect(roots.withLock(\.self) == [Array(certificate("A").utf8)])
        #expect(
            inner.requests.first?.url == "https://[fd00::1]:443/apis/coordination.k8s.io/v1/namespaces/esddns/leases/l")
        #expect(inner.requests.first?.headers[.authorization] == "Bearer t")
        await client.shutdown()
        #expect(inner.shutdowns == 1)
    }
}

/// Something in the form of a certificate.
func certificate(_ letter: Character) -> String {
    """
    -----BEGIN CERTIFICATE-----
    MIIB\(String(repeating: letter, count: 60))
    \(String(repeating: letter, count: 14))==
    -----END CERTIFICATE-----

    """
}

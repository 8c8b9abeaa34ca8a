import CurlHTTP
import FoundationEssentials
import OperatorCore

/// A program that yields credentials, as a kubeconfig's `exec` describes it.
///
/// See "client-go credential plugins" in the Kubernetes documentation, and the API `client.authentication.k8s.io`.
public struct ExecPlugin: Sendable {
    enum InteractiveMode: String, Sendable, CaseIterable {
        case never = "Never"
        case ifAvailable = "IfAvailable"
        case always = "Always"
    }

    static let group = "client.authentication.k8s.io"

    /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
    let apiVersion: String
    /// A name to be found by `PATH`, or a path.
    let command: String
    let arguments: [String]
    let environment: [String: String]
    let installHint: String?
    let interactiveMode: InteractiveMode
    /// `spec.cluster` of what the plugin is told; `nil` where it did not ask for it.
    let clusterInfo: JSONValue?
    /// What errors call it: `FILE:LINE: users[NAME].user.exec`.
    let label: String

    init(
        _ field: KubeconfigField, cluster: KubeconfigField, access: KubernetesAccess
    ) throws(KubeconfigError) {
        let versions = ["\(Self.group)/v1", "\(Self.group)/v1beta1"]
        apiVersion = try field["apiVersion"].required(versions.joined(separator: " or "))
        guard versions.contains(apiVersion) else {
            throw field["apiVersion"].wrong("it has to be \(versions.joined(separator: " or "))")
        }
        let name = try field["command"].required("the name or path of a program")
        // With a slash it is a path, and relative to the file like all others.
        command = name.contains("/") ? KubeconfigField.resolve(name, beside: field.file) : name
        arguments = try field["args"].texts()
        var environment: [String: String] = [:]
        for entry in try field["env"].list() {
            let variable = try entry.mapping()["name"].required("the name of a variable")
            guard !variable.contains("=") else { throw entry["name"].wrong("it must not have an equals sign") }
            environment[variable] = try entry["value"].text() ?? ""
        }
        self.environment = environment
        installHint = try field["installHint"].text()
        interactiveMode = try Self.mode(field["interactiveMode"], isRequired: apiVersion == versions[0])
        let provides = try field["provideClusterInfo"].flag()
        clusterInfo = provides ? try Self.clusterInfo(cluster, access) : nil
        label = "\(field.file)\(field.node.map { ":\($0.line)" } ?? ""): \(field.key)"
    }

    private static func mode(
        _ field: KubeconfigField, isRequired: Bool
    ) throws(KubeconfigError) -> InteractiveMode {
        let known = InteractiveMode.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = try field.text() else {
            guard !isRequired else { throw field.problem("is missing; it has to be one of \(known)") }
            return .ifAvailable
        }
        guard let mode = InteractiveMode(rawValue: text) else { throw field.wrong("it has to be one of \(known)") }
        return mode
    }

    private static func clusterInfo(
        _ cluster: KubeconfigField, _ access: KubernetesAccess
    ) throws(KubeconfigError) -> JSONValue {
        var info: JSONValue = ["server": .string(access.server)]
        if let name = access.http.tlsServerName { info["tls-server-name"] = .string(name) }
        if let authority = access.authority {
            info["certificate-authority-data"] = .string(Data(authority).base64EncodedString())
        }
        if case .insecure = access.http.trustRoots { info["insecure-skip-tls-verify"] = true }
        if let proxy = access.proxyURL { info["proxy-url"] = .string(proxy) }
        for entry in try cluster["extensions"].list()
        where try entry["name"].text() == "\(group)/exec" {
            info["config"] = entry["extension"].node?.json
        }
        return info
    }

    /// What the plugin finds in `KUBERNETES_EXEC_INFO`.
    func information(isInteractive: Bool) -> String {
        var spec: JSONValue = ["interactive": .bool(isInteractive)]
        spec["cluster"] = clusterInfo
        let credential: JSONValue = ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": spec]
        return credential.description
    }

    /// An error of a request that needed the plugin.
    func failure(_ problem: String) -> KubernetesError {
        var message = "\(label): the plugin \(command) \(problem)"
        if let installHint { message += "\n\(installHint.prefix(2000))" }
        return KubernetesError(.configuration, message: message)
    }
}

/// Where a pod finds its API server, and as whom it speaks there.
///
/// See "Accessing the Kubernetes API from a Pod" in the Kubernetes documentation.
public struct InClusterConfiguration: Hashable, Sendable {
    /// Where the kubelet mounts the service account's files.
    public static let defaultServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// URL of the API server; an IPv6 address is in brackets.
    public let server: String
    /// The pod's own namespace.
    public let namespace: String
    public let tokenFile: String
    public let certificateAuthorityFile: String

    /// Reads the environment, and the namespace from its file where the environment has none.
    ///
    /// The token and the authority need not be there yet; they are read when they are needed.
    ///
    /// - Parameter environment: `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are required; `POD_NAMESPACE`
    ///   takes precedence over the file `namespace`, and `default` is the last resort.
    /// - Throws: ``KubernetesError`` with ``KubernetesError/Failure/configuration`` that names each variable that is
    ///   missing or wrong.
    public init(
        environment: [String: String],
        serviceAccountDirectory: String = defaultServiceAccountDirectory,
        files: FileReader = .system
    ) throws(KubernetesError) {
        let host = environment["KUBERNETES_SERVICE_HOST"] ?? ""
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? ""
        let missing = [("KUBERNETES_SERVICE_HOST", host), ("KUBERNETES_SERVICE_PORT", port)]
            .filter { $0.1.isEmpty }.map(\.0)
        guard missing.isEmpty else {
            throw KubernetesError(
                .configuration,
                message:
                    "\(missing.joined(separator: " and ")) not set: Kubernetes sets both in every pod, so this process does not seem to run in one"
            )
        }
        guard let number = UInt16(port), number > 0, port.utf8.first != UInt8(ascii: "+") else {
            throw KubernetesError(
                .configuration,
                message: "KUBERNETES_SERVICE_PORT is \(Self.quoted(port)); it has to be a number from 1 to 65535")
        }
        guard let authority = Self.authority(host) else {
            throw KubernetesError(
                .configuration,
                message: "KUBERNETES_SERVICE_HOST is \(Self.quoted(host)); it has to be an IP address or a host name")
        }
        server = "https://\(authority):\(number)"
        tokenFile = "\(serviceAccountDirectory)/token"
        certificateAuthorityFile = "\(serviceAccountDirectory)/ca.crt"

        let named = [
            environment["POD_NAMESPACE"],
            (try? files.read("\(serviceAccountDirectory)/namespace")).map { String(decoding: $0, as: UTF8.self) },
        ]
        namespace = named.compactMap { $0.map(Self.trimmed) }.first { !$0.isEmpty } ?? "default"
    }

    /// The host as it stands in a URL; `nil` where it cannot.
    private static func authority(_ host: String) -> String? {
        func consists(_ text: Substring, of others: String) -> Bool {
            !text.isEmpty
                && text.unicodeScalars.allSatisfy { $0.isASCIIAlphanumeric || others.unicodeScalars.contains($0) }
        }
        guard host.contains(":") else { return consists(host[...], of: "-._") ? host : nil }
        var address = host[...]
        if address.hasPrefix("["), address.hasSuffix("]") { address = address.dropFirst().dropLast() }
        return consists(address, of: ":.") ? "[\(address)]" : nil
    }

    private static func trimmed(_ text: String) -> String {
        let words = text.unicodeScalars.split { $0.properties.isWhitespace }
        return words.count == 1 ? String(words[0]) : ""
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text.prefix(utf8Bytes: 80)).description }
}

extension Unicode.Scalar {
    fileprivate var isASCIIAlphanumeric: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}

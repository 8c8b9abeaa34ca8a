import FoundationEssentials

extension SimulatedCluster {
    public func user(_ account: Account) -> SimulatedUser {
        .serviceAccount(account.rawValue, namespace: configuration.namespace)
    }

    /// Issues a token of a service account.
    public func issueToken(for account: Account, lifetime: Double? = nil) -> String {
        api.issueToken(for: user(account), lifetime: lifetime)
    }

    /// Writes what a pod finds in `/var/run/secrets/kubernetes.io/serviceaccount`: `token`, `ca.crt` and `namespace`.
    ///
    /// A token that the directory has already is made valid rather than replaced, so that processes that have read it go on
    /// working with a restarted simulator.
    public func writeServiceAccount(_ account: Account, to directory: String) throws {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let tokenFile = root.appendingPathComponent("token")
        let saved = (try? Data(contentsOf: tokenFile)).map { String(decoding: $0, as: UTF8.self).trimmed } ?? ""
        let token: String
        if saved.isEmpty {
            token = issueToken(for: account)
            try Data(token.utf8).write(to: tokenFile, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: tokenFile.path)
        } else {
            token = saved
            api.setToken(token, for: user(account))
        }
        try Data(api.authority.certificatePEM.utf8).write(to: root.appendingPathComponent("ca.crt"), options: .atomic)
        try Data(configuration.namespace.utf8).write(to: root.appendingPathComponent("namespace"), options: .atomic)
    }

    /// Issues a new token and writes it over the old one, as the kubelet does before a token expires.
    ///
    /// - Parameter revokingOld: whether the old token is answered with 401 from now on.
    public func rotateToken(of account: Account, in directory: String, revokingOld: Bool = false) throws {
        let file = URL(fileURLWithPath: directory, isDirectory: true).appendingPathComponent("token")
        let old = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self).trimmed }
        try Data(issueToken(for: account).utf8).write(to: file, options: .atomic)
        if revokingOld, let old { api.revokeToken(old) }
    }

    /// What the kubelet puts into the environment of every container: where the API server is.
    ///
    /// Good once the API server has been started.
    public var podEnvironment: [String: String] {
        ["KUBERNETES_SERVICE_HOST": api.configuration.host, "KUBERNETES_SERVICE_PORT": String(api.port)]
    }

    /// A kubeconfig with a new token of a service account, or with the administrator's where none is named.
    ///
    /// Good once the API server has been started.
    public func kubeconfig(for account: Account? = nil) -> String {
        let name = account?.rawValue ?? SimulatedUser.admin.name
        let config: OrderedJSON = [
            "apiVersion": "v1", "kind": "Config", "current-context": "simulator",
            "clusters": [
                [
                    "name": "simulator",
                    "cluster": [
                        "server": .string(api.url),
                        "certificate-authority-data": .string(
                            Data(api.authority.certificatePEM.utf8).base64EncodedString()),
                    ],
                ]
            ],
            "users": [
                [
                    "name": .string(name),
                    "user": ["token": .string(account.map { issueToken(for: $0) } ?? api.adminToken)],
                ]
            ],
            "contexts": [
                [
                    "name": "simulator",
                    "context": [
                        "cluster": "simulator", "user": .string(name),
                        "namespace": .string(configuration.namespace),
                    ],
                ]
            ],
        ]
        // JSON is YAML.
        return String(decoding: config.prettyBytes, as: UTF8.self) + "\n"
    }

    /// The least that each account needs.
    public static func rules(of account: Account) -> [AccessRule] {
        let events = AccessRule(
            apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"])
        let addresses = ["esddns-wan-address", "esddns-wan-address-ipv6"]
        switch account {
        case .leader:
            return [
                AccessRule(
                    apiGroups: ["coordination.k8s.io"], resources: ["leases"],
                    verbs: ["get", "list", "watch", "update"], resourceNames: ["esddns-leader"]),
                AccessRule(apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]),
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "patch"],
                    resourceNames: addresses),
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"],
                    resourceNames: ["esddns-records"]),
                AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["create"]), events,
            ]
        case .updater:
            return [
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"],
                    resourceNames: addresses),
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "patch"],
                    resourceNames: ["esddns-records"]),
                AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["create"]), events,
            ]
        }
    }
}

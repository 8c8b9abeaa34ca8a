import CurlHTTP
public import OperatorCore

extension Kubeconfig {
    /// How to reach the cluster of a context, as its user.
    ///
    /// Certificates and keys are read now; tokens and plugins are asked when they are needed.
    ///
    /// - Parameter name: of the context; `nil` takes ``currentContext``.
    /// - Throws: ``KubeconfigError`` for the first thing in the context, its cluster or its user that cannot be used.
    public func access(
        context name: String? = nil, files: FileReader = .system
    ) throws(KubeconfigError) -> KubernetesAccess {
        let context = try chosenContext(name)["context"].mapping()
        let clusterName = context["cluster"]
        let cluster = try entry(clusterName, in: clusters, called: "clusters")["cluster"].mapping()
        var access = KubernetesAccess(
            server: try cluster["server"].required("a URL such as https://127.0.0.1:6443"),
            namespace: try context["namespace"].text() ?? "default")
        access.origin = cluster
        try readTrust(cluster, into: &access, files: files)
        // A context without a user is that of a proxy which adds the credentials by itself.
        if context["user"].isPresent {
            let user = try entry(context["user"], in: users, called: "users")["user"].mapping()
            access.origin = user
            try readUser(user, cluster: cluster, into: &access, files: files)
        }
        return access
    }

    private func chosenContext(_ name: String?) throws(KubeconfigError) -> KubeconfigField {
        let known = contextNames.isEmpty ? "there are none" : "there are \(contextNames.joined(separator: ", "))"
        guard let wanted = name ?? currentContext else {
            throw KubeconfigError(
                file: paths.first ?? "", key: "current-context", problem: "is not set; contexts: \(known)")
        }
        guard let context = contexts[wanted] else {
            throw KubeconfigError(
                file: paths.first ?? "", key: name == nil ? "current-context" : "context",
                problem: "is \(JSONValue.string(wanted)), which is not the name of a context; \(known)")
        }
        return context
    }

    private func entry(
        _ name: KubeconfigField, in entries: [String: KubeconfigField], called list: String
    ) throws(KubeconfigError) -> KubeconfigField {
        let text = try name.required("the name of an entry of \(list)")
        guard let entry = entries[text] else { throw name.wrong("\(list) has no entry of that name") }
        return entry
    }

    private func readTrust(
        _ cluster: KubeconfigField, into access: inout KubernetesAccess, files: FileReader
    ) throws(KubeconfigError) {
        let authority = try cluster.material("certificate-authority", files: files)
        let isInsecure = try cluster["insecure-skip-tls-verify"].flag()
        if let authority {
            guard !isInsecure else {
                throw cluster["insecure-skip-tls-verify"].wrong(
                    "it cannot be combined with a certificate authority; remove one of the two")
            }
            access.http.trustRoots = .pem(authority)
            access.authority = authority
        } else if isInsecure {
            access.http.trustRoots = .insecure
        }
        access.http.tlsServerName = try cluster["tls-server-name"].text()
        access.proxyURL = try cluster["proxy-url"].text()
        if let proxy = access.proxyURL { access.http.proxy = .url(proxy) }
    }

    private func readUser(
        _ user: KubeconfigField, cluster: KubeconfigField, into access: inout KubernetesAccess, files: FileReader
    ) throws(KubeconfigError) {
        for (key, advice) in [
            ("auth-provider", "Kubernetes 1.26 removed it; use an exec plugin"),
            ("username", "the API server takes no passwords since Kubernetes 1.19; use a token or a certificate"),
            ("password", "the API server takes no passwords since Kubernetes 1.19; use a token or a certificate"),
            ("as-user-extra", "it is not supported; remove it"),
        ] where user[key].isPresent {
            throw user[key].problem("is set, but \(advice)")
        }
        let certificate = try user.material("client-certificate", files: files)
        let key = try user.material("client-key", files: files)
        switch (certificate, key) {
        case (let certificate?, let key?):
            access.http.clientCertificate = .init(certificateChain: certificate, privateKey: key)
        case (nil, nil): break
        case (_?, nil): throw user["client-key"].problem("is missing beside client-certificate")
        case (nil, _?): throw user["client-certificate"].problem("is missing beside client-key")
        }
        let token = user["token"]
        if let text = try token.text() {
            guard let bearer = BearerToken(text) else {
                throw token.wrong("it has to be printable ASCII without spaces")
            }
            access.authentication = .token(bearer)
        }
        if let path = try user["tokenFile"].path() { access.authentication = .tokenFile(path) }
        if user["exec"].isPresent {
            if case .none = access.authentication {
            } else {
                throw user["exec"].problem("cannot be combined with token or tokenFile; remove one of the two")
            }
            access.authentication = .exec(try ExecPlugin(user["exec"].mapping(), cluster: cluster, access: access))
        }
        access.impersonation.user = try user["as"].text()
        access.impersonation.uid = try user["as-uid"].text()
        access.impersonation.groups = try user["as-groups"].texts()
        if access.impersonation.user == nil, access.impersonation != KubernetesAccess.Impersonation() {
            throw user["as"].problem("is missing beside as-uid or as-groups")
        }
    }
}

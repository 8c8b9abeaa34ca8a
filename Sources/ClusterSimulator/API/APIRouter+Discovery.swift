extension APIRouter {
    /// Health, version and discovery.
    static func nonResource(_ context: APIContext, state: APIState) throws(APIFailure) -> SimulatedResponse {
        guard context.request.method == "GET" else { throw .methodNotAllowed }
        switch context.info.path {
        case "/healthz", "/livez", "/readyz": return health(context)
        case "/version", "/version/":
            return SimulatedResponse(
                status: 200, headers: [.init("Content-Type", "application/json")], body: version.prettyBytes)
        default: break
        }
        let parts = context.info.path.split(separator: "/").map(String.init)
        switch (parts.first, parts.count) {
        case ("api", 1):
            let host = context.request.header("Host") ?? ""
            return json(
                200,
                [
                    "kind": "APIVersions", "versions": ["v1"],
                    "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(host)]],
                ])
        case ("api", 2) where parts[1] == "v1": return json(200, resourceList(group: "", version: "v1", state))
        case ("apis", 1): return json(200, groupList(state))
        case ("apis", 2):
            guard let group = groups(state).first(where: { $0["name"]?.string == parts[1] }) else {
                throw .pageNotFound
            }
            return json(
                200, OrderedJSON.object([.init("kind", "APIGroup"), .init("apiVersion", "v1")] + (group.members ?? [])))
        case ("apis", 3) where parts[1] == accessReviewGroup && parts[2] == "v1": return json(200, accessReviewList)
        case ("apis", 3):
            guard state.resources.contains(where: { $0.group == parts[1] && $0.version == parts[2] }) else {
                throw .pageNotFound
            }
            return json(200, resourceList(group: parts[1], version: parts[2], state))
        default: throw .pageNotFound
        }
    }

    private static func health(_ context: APIContext) -> SimulatedResponse {
        guard context.request.query("verbose") != nil else { return text(200, "ok") }
        let name = context.info.path.dropFirst()
        let checks = name == "readyz" ? ["ping", "log", "informer-sync"] : ["ping", "log"]
        let lines = checks + startHooks + (name == "readyz" ? ["shutdown"] : [])
        return text(200, lines.map { "[+]\($0) ok\n" }.joined() + "\(name) check passed\n")
    }

    private static let startHooks =
        [
            "start-apiserver-admission-initializer", "generic-apiserver-start-informers",
            "priority-and-fairness-config-consumer", "priority-and-fairness-filter",
            "storage-object-count-tracker-hook", "start-apiextensions-informers", "start-apiextensions-controllers",
            "crd-informer-synced", "start-system-namespaces-controller", "peer-endpoint-reconciler-controller",
            "start-cluster-authentication-info-controller", "start-kube-apiserver-identity-lease-controller",
            "start-kube-apiserver-identity-lease-garbage-collector", "storage-readiness",
            "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers", "rbac/bootstrap-roles",
            "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer",
            "bootstrap-controller", "start-kubernetes-service-cidr-controller", "start-kube-aggregator-informers",
            "apiservice-status-local-available-controller", "apiservice-status-remote-available-controller",
            "apiservice-registration-controller", "apiservice-wait-for-first-sync",
            "apiservice-discovery-controller", "kube-apiserver-autoregistration",
        ].map { "poststarthook/\($0)" } + [
            "autoregister-completion", "poststarthook/apiservice-openapi-controller",
            "poststarthook/apiservice-openapiv3-controller",
        ]

    private static let version: OrderedJSON = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "$Format:%H$", "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.27.3", "compiler": "gc", "platform": "linux/amd64",
    ]

    private static func groups(_ state: APIState) -> [OrderedJSON] {
        let names = Set(state.resources.map(\.group) + [accessReviewGroup]).subtracting([""]).sorted()
        return names.map { name in
            let own = name == accessReviewGroup ? ["v1"] : state.resources.filter { $0.group == name }.map(\.version)
            let versions = Set(own).sorted()
            let entries: [OrderedJSON] = versions.map {
                ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)]
            }
            return [
                "name": .string(name), "versions": .array(entries), "preferredVersion": entries.first ?? .object([]),
            ]
        }
    }

    private static func groupList(_ state: APIState) -> OrderedJSON {
        ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups(state))]
    }

    private static func resourceList(group: String, version: String, _ state: APIState) -> OrderedJSON {
        let verbs: OrderedJSON = ["create", "delete", "get", "list", "patch", "update", "watch"]
        let resources = state.resources.filter { $0.group == group && $0.version == version }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(
                resources.flatMap { resource in
                    let entry: OrderedJSON = [
                        "name": .string(resource.plural), "singularName": .string(resource.kind.lowercased()),
                        "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind), "verbs": verbs,
                    ]
                    guard resource.hasStatusSubresource else { return [entry] }
                    var status = entry
                    status["name"] = .string("\(resource.plural)/status")
                    status["singularName"] = ""
                    status["verbs"] = ["get", "patch", "update"]
                    return [entry, status]
                }),
        ]
    }

    private static let accessReviewList: OrderedJSON = [
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "authorization.k8s.io/v1",
        "resources": [
            [
                "name": "selfsubjectaccessreviews", "singularName": "selfsubjectaccessreview", "namespaced": false,
                "kind": "SelfSubjectAccessReview", "verbs": ["create"],
            ]
        ],
    ]
}

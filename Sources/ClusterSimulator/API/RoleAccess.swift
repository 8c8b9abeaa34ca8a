/// What Roles and RoleBindings among the objects allow, besides what was granted through the simulator's own interface.
extension APIState {
    func allows(_ request: RequestInfo, by user: SimulatedUser) -> Bool { decision(request, of: user).isAllowed }

    /// Whether the user may do that, and the first of the rules that say so.
    func decision(_ request: RequestInfo, of user: SimulatedUser) -> AccessDecision {
        let granted = authorizer.decision(request, of: user)
        guard !granted.isAllowed, request.resource != nil, let namespace = request.namespace else { return granted }
        let bindings = store.objects(of: SimulatedResource.roleBindings.storage, namespace: namespace)
        for (_, binding) in bindings {
            guard let subject = (binding["subjects"]?.array ?? []).first(where: { Self.names($0, user) }),
                binding[path: "roleRef", "kind"]?.string == "Role",
                let role = binding[path: "roleRef", "name"]?.string
            else { continue }
            let key = ObjectStore.Key(
                storage: SimulatedResource.roles.storage, namespace: namespace, name: role)
            guard AccessRule.rules(of: store.objects[key]).contains(where: { $0.allows(request) }) else { continue }
            let name = goQuoted("\(binding.metadataName ?? "")/\(namespace)")
            return .allowed(
                "RBAC: allowed by RoleBinding \(name) of Role \(goQuoted(role)) to \(Self.described(subject, namespace))"
            )
        }
        return .denied
    }

    private static func described(_ subject: OrderedJSON, _ namespace: String) -> String {
        let (kind, name) = (subject["kind"]?.string ?? "", subject["name"]?.string ?? "")
        guard kind == "ServiceAccount" else { return "\(kind) \(goQuoted(name))" }
        return "\(kind) \(goQuoted("\(name)/\(subject["namespace"]?.string ?? namespace)"))"
    }

    private static func names(_ subject: OrderedJSON, _ user: SimulatedUser) -> Bool {
        let name = subject["name"]?.string ?? ""
        return switch subject["kind"]?.string {
        case "ServiceAccount":
            user.name == "system:serviceaccount:\(subject["namespace"]?.string ?? ""):\(name)"
        case "User": user.name == name
        case "Group": user.groups.contains(name)
        default: false
        }
    }
}

extension AccessRule {
    static func rules(of role: OrderedJSON?) -> [AccessRule] {
        (role?["rules"]?.array ?? []).map { rule in
            func texts(_ name: String) -> [String] { (rule[name]?.array ?? []).compactMap(\.string) }
            return AccessRule(
                apiGroups: texts("apiGroups"), resources: texts("resources"), verbs: texts("verbs"),
                resourceNames: texts("resourceNames"))
        }
    }
}

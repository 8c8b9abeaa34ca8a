/// What Roles and RoleBindings among the objects allow, besides what was granted through the simulator's own interface.
extension APIState {
    func allows(_ request: RequestInfo, by user: SimulatedUser) -> Bool {
        if authorizer.allows(request, by: user) { return true }
        guard request.resource != nil, let namespace = request.namespace else { return false }
        let bindings = store.objects(of: SimulatedResource.roleBindings.storage, namespace: namespace)
        return bindings.contains { _, binding in
            guard (binding["subjects"]?.array ?? []).contains(where: { Self.names($0, user) }),
                binding[path: "roleRef", "kind"]?.string == "Role",
                let role = binding[path: "roleRef", "name"]?.string
            else { return false }
            let key = ObjectStore.Key(
                storage: SimulatedResource.roles.storage, namespace: namespace, name: role)
            return AccessRule.rules(of: store.objects[key]).contains { $0.allows(request) }
        }
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

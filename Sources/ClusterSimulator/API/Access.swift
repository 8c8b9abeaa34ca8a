/// Who makes a request.
public struct SimulatedUser: Hashable, Sendable {
    /// Such as `system:serviceaccount:esddns:esddns-leader`.
    public var name: String
    public var groups: [String]

    public init(name: String, groups: [String] = ["system:authenticated"]) {
        self.name = name
        self.groups = groups
    }

    /// A request without credentials.
    public static let anonymous = SimulatedUser(name: "system:anonymous", groups: ["system:unauthenticated"])
    /// May do everything.
    public static let admin = SimulatedUser(
        name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])

    public static func serviceAccount(_ name: String, namespace: String) -> SimulatedUser {
        SimulatedUser(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated",
            ])
    }
}

/// A rule of a Role: these verbs, on these resources. `*` matches everything.
public struct AccessRule: Hashable, Sendable {
    public var apiGroups: [String]
    public var resources: [String]
    public var verbs: [String]
    /// Empty: all names. Requests that name no object, such as create, match only an empty list.
    public var resourceNames: [String]

    public init(apiGroups: [String], resources: [String], verbs: [String], resourceNames: [String] = []) {
        self.apiGroups = apiGroups
        self.resources = resources
        self.verbs = verbs
        self.resourceNames = resourceNames
    }

    func allows(_ request: RequestInfo) -> Bool {
        guard let resource = request.resource else { return false }
        let full = request.subresource.map { "\(resource)/\($0)" } ?? resource
        return [
            verbs.contains("*") || verbs.contains(request.verb),
            apiGroups.contains("*") || apiGroups.contains(request.group),
            resources.contains("*") || resources.contains(full),
            resourceNames.isEmpty || request.name.map(resourceNames.contains) ?? false,
        ].allSatisfy(\.self)
    }
}

/// A RoleBinding, or a ClusterRoleBinding where it has no namespace.
struct AccessGrant: Hashable, Sendable {
    /// Name of a user or of a group.
    var subject: String
    var namespace: String?
    var rules: [AccessRule]

    func allows(_ request: RequestInfo, by user: SimulatedUser) -> Bool {
        guard user.name == subject || user.groups.contains(subject) else { return false }
        if let namespace, request.namespace != namespace { return false }
        return rules.contains { $0.allows(request) }
    }

    /// In the words of a server that has a binding for it.
    var reason: String {
        let isGroup = !subject.hasPrefix("system:serviceaccount:") && subject.hasPrefix("system:")
        let to = "\(isGroup ? "Group" : "User") \(goQuoted(subject))"
        guard let namespace else {
            return "RBAC: allowed by ClusterRoleBinding \"granted\" of ClusterRole \"granted\" to \(to)"
        }
        return "RBAC: allowed by RoleBinding \(goQuoted("granted/\(namespace)")) of Role \"granted\" to \(to)"
    }
}

/// Whether somebody may do something, and by what.
struct AccessDecision: Hashable, Sendable {
    var isAllowed: Bool
    /// In the server's words; `nil` for members of `system:masters`, whom no rule has to allow anything.
    var reason: String?

    static let denied = AccessDecision(isAllowed: false)
    static func allowed(_ reason: String?) -> AccessDecision { AccessDecision(isAllowed: true, reason: reason) }
}

/// Decides who may do what.
struct Authorizer: Sendable {
    var grants: [AccessGrant] = []

    /// Paths that the cluster's default roles open to everybody, and to everybody with an account.
    private static let publicPaths: Set = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    private static let discoveryRoots = ["api", "apis", "openapi"]

    func decision(_ request: RequestInfo, of user: SimulatedUser) -> AccessDecision {
        if user.groups.contains("system:masters") { return .allowed(nil) }
        let isAuthenticated = user.groups.contains("system:authenticated")
        let everybody = "system:\(isAuthenticated ? "" : "un")authenticated"
        if request.resource == nil {
            guard request.verb == "get" else { return .denied }
            if Self.publicPaths.contains(request.path) { return Self.byDefault("system:public-info-viewer", everybody) }
            let root = request.path.split(separator: "/").first.map(String.init) ?? ""
            guard isAuthenticated, Self.discoveryRoots.contains(root) else { return .denied }
            return Self.byDefault("system:discovery", everybody)
        }
        if isAuthenticated, request.isAboutAccessReviews, request.verb == "create" {
            return Self.byDefault("system:basic-user", everybody)
        }
        return grants.first { $0.allows(request, by: user) }.map { .allowed($0.reason) } ?? .denied
    }

    /// A role that every cluster has, bound to a group under its own name.
    private static func byDefault(_ role: String, _ group: String) -> AccessDecision {
        .allowed(
            "RBAC: allowed by ClusterRoleBinding \(goQuoted(role)) of ClusterRole \(goQuoted(role)) to Group "
                + goQuoted(group))
    }
}

extension RequestInfo {
    /// Whether a review asks about reviews themselves, whatever version of the group it names.
    fileprivate var isAboutAccessReviews: Bool {
        group == APIRouter.accessReviewGroup && resource == APIRouter.accessReviews && subresource == nil
    }
}

/// Bearer tokens and whose they are.
struct TokenStore: Sendable {
    struct Token: Hashable, Sendable {
        var user: SimulatedUser
        var expires: Timestamp?
    }

    var tokens: [String: Token] = [:]

    enum Answer: Hashable, Sendable {
        case user(SimulatedUser)
        case unauthorized
    }

    func authenticate(_ request: SimulatedRequest, now: Timestamp) -> Answer {
        guard let header = request.header("Authorization") else {
            return .user(request.certificateUser ?? .anonymous)
        }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        // Other schemes are nobody's business in the server, which makes such a request anonymous.
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .user(.anonymous) }
        guard let token = tokens[parts[1]] else { return .unauthorized }
        if let expires = token.expires, expires <= now { return .unauthorized }
        return .user(token.user)
    }
}

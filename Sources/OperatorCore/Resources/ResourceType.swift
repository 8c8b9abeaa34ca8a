/// Where the API server keeps one type of object.
public struct ResourceType: Hashable, Sendable {
    /// Whether objects lie in namespaces.
    public enum Scope: Hashable, Sendable {
        case namespaced, cluster
    }

    /// Empty for the core group.
    public var group: String
    public var version: String
    /// In the singular and capitalised, as in `kind:` of a manifest.
    public var kind: String
    /// As in the URL.
    public var plural: String
    public var scope: Scope

    public init(group: String, version: String, kind: String, plural: String, scope: Scope = .namespaced) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.scope = scope
    }

    /// What to give as namespace of a type that has none.
    public static let noNamespace = ""

    /// What to give as namespace to list or watch the objects of all namespaces. No namespace can have this name.
    public static let allNamespaces = "*"

    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Path of the collection: `/api/v1/namespaces/NS/configmaps`, or `/api/v1/nodes`.
    ///
    /// - Parameter namespace: without meaning for a type of the cluster; ``allNamespaces`` gives the collection of all.
    public func path(namespace: String) -> String {
        let root = "\(group.isEmpty ? "/api" : "/apis/\(group)")/\(version)"
        guard scope == .namespaced, namespace != Self.allNamespaces else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }
}

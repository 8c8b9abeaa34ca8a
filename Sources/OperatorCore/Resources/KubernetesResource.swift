/// A type of object of the Kubernetes API, backed by the whole JSON document that the server sent.
///
/// A resource of your own takes a few lines: its ``ResourceType``, the stored ``json``, and a computed property for
/// each field you care about. All fields that you do not mention survive a round trip.
///
/// ```swift
/// struct Certificate: KubernetesResource {
///     static let type = ResourceType(group: "cert-manager.io", version: "v1", kind: "Certificate", plural: "certificates")
///     var json: JSONValue
///     var secretName: String? { json[["spec", "secretName"]]?.string }
/// }
/// ```
public protocol KubernetesResource: Sendable, Hashable {
    static var type: ResourceType { get }
    /// The whole object. Setting properties of the resource edits it in place.
    var json: JSONValue { get set }
    init(json: JSONValue)
}

/// Where the API server keeps one type of object.
public struct ResourceType: Hashable, Sendable {
    /// Empty for the core group.
    public var group: String
    public var version: String
    /// In the singular and capitalised, as in `kind:` of a manifest.
    public var kind: String
    /// As in the URL.
    public var plural: String

    public init(group: String, version: String, kind: String, plural: String) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
    }

    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Path of the collection in one namespace: `/api/v1/namespaces/NS/configmaps`.
    public func path(namespace: String) -> String {
        "\(group.isEmpty ? "/api" : "/apis/\(group)")/\(version)/namespaces/\(namespace)/\(plural)"
    }
}

extension KubernetesResource {
    /// A new object that holds nothing but its type and name.
    public init(name: String) {
        self.init(json: [
            "apiVersion": .string(Self.type.apiVersion),
            "kind": .string(Self.type.kind),
            "metadata": ["name": .string(name)],
        ])
    }

    public var name: String? { json[["metadata", "name"]]?.string }
    public var namespace: String? { json[["metadata", "namespace"]]?.string }
    public var uid: String? { json[["metadata", "uid"]]?.string }

    /// Opaque but for equality, except where the server's documentation allows comparing as integers.
    public var resourceVersion: String? {
        get { json[["metadata", "resourceVersion"]]?.string }
        set { json[["metadata", "resourceVersion"]] = newValue.map(JSONValue.string) }
    }
}

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
///
/// let certificates = client.resources(Certificate.self, namespace: "web")
/// let expiring = try await certificates.list(ListQuery(labelSelector: "renew=soon"))
/// ```
public protocol KubernetesResource: Sendable, Hashable {
    static var type: ResourceType { get }
    /// The whole object. Setting properties of the resource edits it in place.
    var json: JSONValue { get set }
    init(json: JSONValue)
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

    /// The labels; empty where the object has none.
    public var labels: [String: String] {
        get { (json[["metadata", "labels"]]?.object ?? [:]).compactMapValues(\.string) }
        set { json[["metadata", "labels"]] = newValue.isEmpty ? nil : .object(newValue.mapValues(JSONValue.string)) }
    }

    /// The annotations; empty where the object has none.
    public var annotations: [String: String] {
        get { (json[["metadata", "annotations"]]?.object ?? [:]).compactMapValues(\.string) }
        set {
            json[["metadata", "annotations"]] = newValue.isEmpty ? nil : .object(newValue.mapValues(JSONValue.string))
        }
    }

    /// Whether somebody has asked for the object's deletion, which waits for its finalizers.
    public var isBeingDeleted: Bool { json[["metadata", "deletionTimestamp"]]?.string != nil }

    /// Opaque but for equality, except where the server's documentation allows comparing as integers.
    public var resourceVersion: String? {
        get { json[["metadata", "resourceVersion"]]?.string }
        set { json[["metadata", "resourceVersion"]] = newValue.map(JSONValue.string) }
    }
}

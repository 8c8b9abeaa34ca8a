/// A ConfigMap of the core group.
public struct ConfigMap: KubernetesResource {
    public static let type = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// The `data` field; empty where the object has none.
    public var data: [String: String] {
        get { (json["data"]?.object ?? [:]).compactMapValues(\.string) }
        set { json["data"] = .object(newValue.mapValues(JSONValue.string)) }
    }
}

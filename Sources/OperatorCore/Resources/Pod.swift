/// A Pod, as far as its place and state go.
public struct Pod: KubernetesResource {
    public static let type = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// The node it runs on; `nil` until it is scheduled.
    public var nodeName: String? { json[["spec", "nodeName"]]?.string }
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    public var phase: String? { json[["status", "phase"]]?.string }
    public var podIPs: [String] { (json[["status", "podIPs"]]?.array ?? []).compactMap { $0["ip"]?.string } }
    public var isReady: Bool { json.hasCondition("Ready") }
}

/// A Lease of `coordination.k8s.io/v1`: who holds a role, for how long, and since when.
///
/// Setting a property to `nil` removes the field. Fields that are not mentioned here, such as `strategy` and
/// `preferredHolder`, stay as they were.
public struct Lease: KubernetesResource {
    public static let type = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// Who holds the Lease; absent or empty where nobody does.
    public var holderIdentity: String? {
        get { json[["spec", "holderIdentity"]]?.string }
        set { json[["spec", "holderIdentity"]] = newValue.map(JSONValue.string) }
    }

    /// How long others have to wait after a renewal, in seconds; the server demands more than 0.
    public var leaseDurationSeconds: Int? {
        get { json[["spec", "leaseDurationSeconds"]]?.integer.flatMap(Int.init(exactly:)) }
        set { json[["spec", "leaseDurationSeconds"]] = newValue.map { .integer(Int64($0)) } }
    }

    /// When the holder became the holder, by its own wall clock.
    public var acquireTime: MicroTime? {
        get { json[["spec", "acquireTime"]]?.string.flatMap { MicroTime($0) } }
        set { json[["spec", "acquireTime"]] = newValue.map { .string($0.description) } }
    }

    /// When the holder last renewed, by its own wall clock. Never compare it with another machine's clock.
    public var renewTime: MicroTime? {
        get { json[["spec", "renewTime"]]?.string.flatMap { MicroTime($0) } }
        set { json[["spec", "renewTime"]] = newValue.map { .string($0.description) } }
    }

    /// How often the holder has changed; the server demands 0 or more.
    public var leaseTransitions: Int? {
        get { json[["spec", "leaseTransitions"]]?.integer.flatMap(Int.init(exactly:)) }
        set { json[["spec", "leaseTransitions"]] = newValue.map { .integer(Int64($0)) } }
    }
}

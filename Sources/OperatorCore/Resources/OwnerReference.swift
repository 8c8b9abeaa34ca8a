/// An entry of `metadata.ownerReferences`: the garbage collector deletes an object once all of its owners are gone.
///
/// Owner and dependent have to be in the same namespace.
/// See [Owners and Dependents](https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/).
public struct OwnerReference: Hashable, Sendable {
    public var apiVersion: String
    public var kind: String
    public var name: String
    /// Of this one object: another of the same name, made later, is not the owner.
    public var uid: String

    public init(apiVersion: String, kind: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
    }

    /// - Returns: `nil` for an object that no server has seen yet.
    public init?<Resource: KubernetesResource>(to owner: Resource) {
        guard let name = owner.name, let uid = owner.uid else { return nil }
        self.init(apiVersion: Resource.type.apiVersion, kind: Resource.type.kind, name: name, uid: uid)
    }

    fileprivate var json: JSONValue {
        ["apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid)]
    }
}

extension KubernetesResource {
    /// Adds an owner. Deleting it does not wait for this object, for which no permission on the owner is needed.
    public mutating func add(owner: OwnerReference) {
        let owners = json[["metadata", "ownerReferences"]]?.array ?? []
        guard !owners.contains(where: { $0["uid"]?.string == owner.uid }) else { return }
        json[["metadata", "ownerReferences"]] = .array(owners + [owner.json])
    }
}

/// A Node of the cluster, as far as its addresses and readiness go. (`Node` is what others call a part of a tree.)
public struct KubernetesNode: KubernetesResource {
    public static let type = ResourceType(group: "", version: "v1", kind: "Node", plural: "nodes", scope: .cluster)
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// One of `status.addresses[]`.
    public struct Address: Hashable, Sendable {
        /// `InternalIP`, `ExternalIP`, `Hostname`, `InternalDNS` or `ExternalDNS`.
        public var type: String
        public var address: String

        public init(type: String, address: String) {
            self.type = type
            self.address = address
        }
    }

    /// In the order of the server.
    public var addresses: [Address] {
        (json[["status", "addresses"]]?.array ?? []).compactMap { entry in
            guard let type = entry["type"]?.string, let address = entry["address"]?.string else { return nil }
            return Address(type: type, address: address)
        }
    }

    /// Addresses of one type, such as `ExternalIP`.
    public func addresses(ofType type: String) -> [String] { addresses.filter { $0.type == type }.map(\.address) }

    /// Whether the kubelet reports that pods can run; `false` also where nobody has heard from it.
    public var isReady: Bool { json.hasCondition("Ready") }

    /// Whether new pods are kept away, as by `kubectl cordon`.
    public var isUnschedulable: Bool { json[["spec", "unschedulable"]]?.bool ?? false }

    public var providerID: String? { json[["spec", "providerID"]]?.string }
}

extension JSONValue {
    /// Whether `status.conditions[]` of an object has one of this type with the status `True`.
    func hasCondition(_ type: String) -> Bool {
        (self[["status", "conditions"]]?.array ?? []).contains {
            $0["type"]?.string == type && $0["status"]?.string == "True"
        }
    }
}

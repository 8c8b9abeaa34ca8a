import OperatorCore

/// Asks the API server whether whoever asks may do something: `SelfSubjectAccessReview` of `authorization.k8s.io/v1`.
///
/// It is sent as a creation, but nothing is created: the answer is the same object with its status filled in.
struct AccessReview: KubernetesResource {
    static let type = ResourceType(
        group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews", scope: .cluster)
    var json: JSONValue

    init(json: JSONValue) { self.json = json }

    init(verb: String, of permission: NeededPermission) {
        var attributes: JSONValue = [
            "verb": .string(verb), "resource": .string(permission.resource),
            "namespace": .string(permission.namespace),
        ]
        if !permission.group.isEmpty { attributes["group"] = .string(permission.group) }
        if let name = permission.name { attributes["name"] = .string(name) }
        json = [
            "apiVersion": .string(Self.type.apiVersion), "kind": .string(Self.type.kind),
            "spec": ["resourceAttributes": attributes],
        ]
    }

    /// `nil` where the server did not say.
    var isAllowed: Bool? { json[["status", "allowed"]]?.bool }
}

/// What a process has to be allowed to do with one object, or one type of objects.
struct NeededPermission: Hashable, Sendable {
    var group = ""
    /// The plural.
    var resource: String
    var namespace: String
    /// `nil`: no single object, as for creating.
    var name: String?
    var verbs: [String]
    /// Whether the process does its work without it, too.
    var isOptional = false
    /// What it is for, as the end of a sentence.
    var purpose: String

    /// `configmaps/esddns-records`
    var subject: String { [resource, name].compactMap(\.self).joined(separator: "/") }

    /// A rule of a Role that gives the verbs.
    func rule(_ verbs: [String]) -> String {
        let names = name.map { ", resourceNames: [\($0)]" } ?? ""
        return "{apiGroups: [\(group.isEmpty ? "\"\"" : group)], resources: [\(resource)]\(names), "
            + "verbs: [\(verbs.joined(separator: ", "))]}"
    }
}

extension CheckedSettings {
    /// What the role needs, as docs/cluster.md has it, for objects that exist. Those that do not have to be created first.
    func permissions(namespace: String) -> [NeededPermission] {
        guard let cluster else { return [] }
        var needed: [NeededPermission] = []
        let reading = ["get", "list", "watch"]
        let isLeader = role == .leader
        if isLeader {
            needed.append(
                NeededPermission(
                    group: "coordination.k8s.io", resource: "leases", namespace: namespace, name: cluster.leaseName,
                    verbs: reading + ["update"], purpose: "leaders are elected"))
        }
        for family in detection.families {
            needed.append(
                NeededPermission(
                    resource: "configmaps", namespace: namespace, name: cluster.addressConfigMap(family),
                    verbs: isLeader ? reading + ["patch"] : ["list", "watch"],
                    purpose: isLeader ? "the address is published" : "the published address is followed"))
        }
        needed.append(
            NeededPermission(
                resource: "configmaps", namespace: namespace, name: cluster.recordsConfigMap,
                verbs: isLeader ? ["list", "watch"] : reading + ["patch"],
                purpose: isLeader ? "the page shows the records" : "nodes agree on who writes"))
        needed.append(
            NeededPermission(
                resource: "events", namespace: namespace, verbs: ["create", "patch"], isOptional: true,
                purpose: "what happens is shown by kubectl describe"))
        if case .service(let reference) = detection.origin {
            needed.append(
                NeededPermission(
                    resource: "services", namespace: reference.namespace, name: reference.name, verbs: reading,
                    purpose: "the address of the Service is known"))
        }
        if records?.providers.keys.contains(where: { $0.kind == "dnsendpoint" }) == true {
            needed.append(
                NeededPermission(
                    group: DNSEndpoint.type.group, resource: DNSEndpoint.type.plural, namespace: namespace,
                    verbs: ["get", "create", "update"], purpose: "DNSEndpoint objects are kept"))
        }
        return needed
    }
}

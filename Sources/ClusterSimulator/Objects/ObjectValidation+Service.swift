import NetworkPrimitives

extension ObjectValidation {
    private static let serviceTypes = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    static func service(_ service: OrderedJSON, replacing old: OrderedJSON?) -> [FieldError] {
        var problems = spec(service["spec"] ?? .null, replacing: old?["spec"])
        // The status is looked at where it is written.
        if let old, service["status"] != old["status"] { problems += status(service) }
        return problems
    }

    private static func spec(_ spec: OrderedJSON, replacing old: OrderedJSON?) -> [FieldError] {
        var problems: [FieldError] = []
        let type = spec["type"]?.string ?? ""
        let ports = spec["ports"]?.array ?? []
        if ports.isEmpty, type != "ExternalName", spec["clusterIP"]?.string != "None" {
            problems.append(.required("spec.ports"))
        }
        for (index, port) in ports.enumerated() {
            let number = port["port"]?.integer ?? 0
            if !(1...65535).contains(number) {
                problems.append(
                    .invalid("spec.ports[\(index)].port", number: number, "must be between 1 and 65535, inclusive"))
            }
            if ports.count > 1, port["name"] == nil { problems.append(.required("spec.ports[\(index)].name")) }
            let carrier = port["protocol"]?.string ?? ""
            if !["SCTP", "TCP", "UDP"].contains(carrier) {
                problems.append(
                    .notSupported("spec.ports[\(index)].protocol", carrier, supported: ["SCTP", "TCP", "UDP"]))
            }
        }
        if !serviceTypes.contains(type) {
            problems.append(.notSupported("spec.type", type, supported: serviceTypes))
        }
        let address = spec["clusterIP"]?.string ?? ""
        if let before = old?["clusterIP"]?.string, type != "ExternalName", before != address {
            problems.append(.invalid("spec.clusterIPs[0]", address, "may not change once set"))
        }
        return problems
    }

    private static func status(_ service: OrderedJSON) -> [FieldError] {
        let field = "status.loadBalancer.ingress"
        let entries = service[path: "status", "loadBalancer", "ingress"]?.array ?? []
        if !entries.isEmpty, service[path: "spec", "type"]?.string != "LoadBalancer" {
            return [.forbidden(field, "may only be used when `spec.type` is \"LoadBalancer\"")]
        }
        var problems: [FieldError] = []
        for (index, entry) in entries.enumerated() {
            if let ip = entry["ip"]?.string, IPAddress(ip) == nil {
                problems.append(
                    .invalid(
                        "\(field)[\(index)].ip", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
            }
            guard let name = entry["hostname"]?.string else { continue }
            problems += NameValidation.subdomain(name).map { .invalid("\(field)[\(index)].hostname", name, $0) }
            if IPAddress(name) != nil {
                problems.append(
                    .invalid("\(field)[\(index)].hostname", name, "must be a DNS name, not an IP address"))
            }
        }
        return problems
    }
}

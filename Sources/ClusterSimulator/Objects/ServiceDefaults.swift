/// What the server fills in where a Service leaves it out: defaults by type, and the addresses and ports that it gives out.
enum ServiceDefaults {
    /// Cluster addresses and node ports that other Services have.
    struct Taken {
        var addresses: Set<String> = []
        var nodePorts: Set<Int64> = []

        init(by services: [OrderedJSON]) {
            for service in services {
                addresses.formUnion(service[path: "spec", "clusterIPs"]?.array?.compactMap(\.string) ?? [])
                nodePorts.formUnion(
                    (service[path: "spec", "ports"]?.array ?? []).compactMap { $0["nodePort"]?.integer })
            }
        }
    }

    /// Completes a Service in the form that is stored.
    ///
    /// - Parameter old: what it replaces; what the server gave that one stays.
    static func complete(_ service: OrderedJSON, replacing old: OrderedJSON?, taken: Taken) -> OrderedJSON {
        var service = service
        var spec = service["spec"] ?? .object([])
        func fill(_ name: String, _ value: @autoclosure () -> OrderedJSON) {
            if spec[name].map(ObjectSchema.isZero) ?? true { spec[name] = value() }
        }
        var taken = taken
        fill("type", "ClusterIP")
        fill("sessionAffinity", "None")
        let type = spec["type"]?.string ?? ""
        if type != "ExternalName" {
            if let kept = old?[path: "spec", "clusterIP"] { fill("clusterIP", kept) }
            fill("clusterIP", .string(address(besides: &taken)))
            fill("clusterIPs", .array([spec["clusterIP"] ?? ""]))
            fill("ipFamilies", ["IPv4"])
            fill("ipFamilyPolicy", "SingleStack")
            fill("internalTrafficPolicy", "Cluster")
        }
        let isOutside = ["NodePort", "LoadBalancer"].contains(type)
        if isOutside { fill("externalTrafficPolicy", "Cluster") }
        if type == "LoadBalancer", spec["allocateLoadBalancerNodePorts"] == nil {
            spec["allocateLoadBalancerNodePorts"] = true
        }
        if let ports = spec["ports"]?.array {
            let before = old?[path: "spec", "ports"]?.array ?? []
            spec["ports"] = .array(
                ports.map { port in
                    let same = before.first { $0["port"] == port["port"] }
                    let wantsNodePort = isOutside && spec["allocateLoadBalancerNodePorts"]?.bool != false
                    return complete(port: port, same: same, wantsNodePort: wantsNodePort, taken: &taken)
                })
        }
        service["spec"] = spec
        if service["status"] == nil { service["status"] = ["loadBalancer": .object([])] }
        if let entries = service[path: "status", "loadBalancer", "ingress"]?.array, type == "LoadBalancer" {
            service[path: "status", "loadBalancer", "ingress"] = .array(
                entries.map { entry in
                    var entry = entry
                    if entry["ip"] != nil, entry["ipMode"] == nil { entry["ipMode"] = "VIP" }
                    return entry
                })
        }
        return (try? ObjectSchema.service.normalise(service)) ?? service
    }

    private static func complete(
        port: OrderedJSON, same: OrderedJSON?, wantsNodePort: Bool, taken: inout Taken
    ) -> OrderedJSON {
        var port = port
        if port["protocol"] == nil { port["protocol"] = "TCP" }
        if port["targetPort"].map(ObjectSchema.isZero) ?? true { port["targetPort"] = port["port"] }
        if wantsNodePort, port["nodePort"] == nil {
            port["nodePort"] = same?["nodePort"] ?? .integer(nodePort(besides: &taken))
        }
        return port
    }

    /// Out of 10.96.0.0/16, a part of the usual range.
    private static func address(besides taken: inout Taken) -> String {
        var address: String
        repeat {
            address = "10.96.\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
        } while !taken.addresses.insert(address).inserted
        return address
    }

    private static func nodePort(besides taken: inout Taken) -> Int64 {
        var port: Int64
        repeat { port = .random(in: 30000...32767) } while !taken.nodePorts.insert(port).inserted
        return port
    }
}

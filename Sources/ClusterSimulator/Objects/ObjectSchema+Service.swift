extension ObjectSchema {
    private typealias F = Field

    private static let servicePort = ObjectSchema(
        typeName: "ServicePort",
        fields: [
            F(name: "name", type: .string), F(name: "protocol", type: .string), F(name: "appProtocol", type: .string),
            F(name: "port", type: .int32, presence: .always(0)),
            F(name: "targetPort", type: .any, presence: .always(0)), F(name: "nodePort", type: .int32),
        ])

    private static let serviceSpec = ObjectSchema(
        typeName: "ServiceSpec",
        fields: [
            F(name: "ports", type: .list(.object(servicePort))), F(name: "selector", type: .stringMap),
            F(name: "clusterIP", type: .string), F(name: "clusterIPs", type: .list(.string)),
            F(name: "type", type: .string), F(name: "externalIPs", type: .list(.string)),
            F(name: "sessionAffinity", type: .string), F(name: "loadBalancerIP", type: .string),
            F(name: "loadBalancerSourceRanges", type: .list(.string)), F(name: "externalName", type: .string),
            F(name: "externalTrafficPolicy", type: .string), F(name: "healthCheckNodePort", type: .int32),
            F(name: "publishNotReadyAddresses", type: .bool), F(name: "sessionAffinityConfig", type: .any),
            F(name: "ipFamilies", type: .list(.string)), F(name: "ipFamilyPolicy", type: .string),
            F(name: "allocateLoadBalancerNodePorts", type: .bool, presence: .omitNull),
            F(name: "loadBalancerClass", type: .string, presence: .omitNull),
            F(name: "internalTrafficPolicy", type: .string, presence: .omitNull),
            F(name: "trafficDistribution", type: .string, presence: .omitNull),
        ])

    private static let ingress = ObjectSchema(
        typeName: "LoadBalancerIngress",
        fields: [
            F(name: "ip", type: .string), F(name: "hostname", type: .string),
            F(name: "ipMode", type: .string, presence: .omitNull), F(name: "ports", type: .list(.any)),
        ])

    /// `Service` of the core group. Its lists of ports and conditions count as one field each in `managedFields`.
    static let service = ObjectSchema(
        typeName: "Service",
        fields: header + [
            F(name: "spec", type: .object(serviceSpec), presence: .always(.object([]))),
            F(
                name: "status",
                type: .object(
                    ObjectSchema(
                        typeName: "ServiceStatus",
                        fields: [
                            F(
                                name: "loadBalancer",
                                type: .object(
                                    ObjectSchema(
                                        typeName: "LoadBalancerStatus",
                                        fields: [F(name: "ingress", type: .list(.object(ingress)))])),
                                presence: .always(.object([]))),
                            F(name: "conditions", type: .list(.any)),
                        ])), presence: .always(["loadBalancer": .object([])])),
        ])
}

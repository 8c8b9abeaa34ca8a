/// A Service of the core group, as far as its addresses go. (`Service` is what others call a part of a process.)
public struct KubernetesService: KubernetesResource {
    public static let type = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// One way in from outside, as a load balancer reports it: `status.loadBalancer.ingress[]`.
    public struct Ingress: Hashable, Sendable {
        /// An IPv4 or IPv6 address as text; load balancers that have a name instead leave it out.
        public var ip: String?
        public var hostname: String?
        /// `VIP` where traffic arrives with this address as its destination, `Proxy` where it does not.
        public var ipMode: String?

        public init(ip: String? = nil, hostname: String? = nil, ipMode: String? = nil) {
            self.ip = ip
            self.hostname = hostname
            self.ipMode = ipMode
        }
    }

    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    public var serviceType: String? { json[["spec", "type"]]?.string }
    /// Which implementation is to serve a Service of type `LoadBalancer`.
    public var loadBalancerClass: String? { json[["spec", "loadBalancerClass"]]?.string }
    public var externalIPs: [String] { (json[["spec", "externalIPs"]]?.array ?? []).compactMap(\.string) }

    /// What the load balancer has given the Service; empty until then.
    public var loadBalancerIngress: [Ingress] {
        (json[["status", "loadBalancer", "ingress"]]?.array ?? []).map { ingress in
            Ingress(
                ip: ingress["ip"]?.string, hostname: ingress["hostname"]?.string, ipMode: ingress["ipMode"]?.string)
        }
    }
}

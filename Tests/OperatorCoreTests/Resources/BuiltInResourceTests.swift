import OperatorCore
import Testing

@Suite struct BuiltInResourceTests {
    @Test func aServiceTellsWhatItsLoadBalancerGaveIt() throws {
        let service = KubernetesService(
            json: try JSONValue(
                parsing: """
                    {"spec":{"type":"LoadBalancer","loadBalancerClass":"metallb.io/metallb","externalIPs":["192.0.2.1"]},
                     "status":{"loadBalancer":{"ingress":[{"ip":"198.51.100.7","ipMode":"VIP","ports":[]},
                     {"hostname":"lb.example.com"},{}]}}}
                    """))
        #expect(service.serviceType == "LoadBalancer")
        #expect(service.loadBalancerClass == "metallb.io/metallb")
        #expect(service.externalIPs == ["192.0.2.1"])
        #expect(
            service.loadBalancerIngress == [
                .init(ip: "198.51.100.7", ipMode: "VIP"), .init(hostname: "lb.example.com"), .init(),
            ])
        #expect(KubernetesService(name: "new").loadBalancerIngress.isEmpty)
    }

    @Test func aNodeTellsItsAddressesAndWhetherItIsReady() throws {
        let node = KubernetesNode(
            json: try JSONValue(
                parsing: """
                    {"spec":{"unschedulable":true,"providerID":"aws:///eu/i-1"},"status":{
                     "conditions":[{"type":"MemoryPressure","status":"True"},{"type":"Ready","status":"True"}],
                     "addresses":[{"type":"InternalIP","address":"10.0.0.1"},{"type":"ExternalIP","address":"198.51.100.7"},
                     {"type":"ExternalIP","address":"2001:db8::7"},{"type":"Hostname"}]}}
                    """))
        #expect(node.isReady && node.isUnschedulable)
        #expect(node.providerID == "aws:///eu/i-1")
        #expect(node.addresses.count == 3)
        #expect(node.addresses(ofType: "ExternalIP") == ["198.51.100.7", "2001:db8::7"])
        #expect(!KubernetesNode(name: "new").isReady)
        #expect(KubernetesNode.type.path(namespace: "") == "/api/v1/nodes")
    }

    @Test func aPodTellsItsPlaceAndState() throws {
        let pod = Pod(
            json: try JSONValue(
                parsing: """
                    {"metadata":{"deletionTimestamp":"2026-11-22T19:12:35Z","labels":{"app":"web"}},"spec":{"nodeName":"one"},
                     "status":{"phase":"Running","podIPs":[{"ip":"10.1.0.1"},{"ip":"2001:db8::1"}],
                     "conditions":[{"type":"Ready","status":"Unknown"}]}}
                    """))
        #expect(pod.nodeName == "one" && pod.phase == "Running" && !pod.isReady && pod.isBeingDeleted)
        #expect(pod.podIPs == ["10.1.0.1", "2001:db8::1"])
        #expect(pod.labels == ["app": "web"])
    }

    /// Nothing that a server can send makes an accessor trap.
    @Test(arguments: [
        "null", "[]", "{\"status\":7,\"spec\":[]}", "{\"status\":{\"addresses\":{},\"loadBalancer\":[]}}",
    ])
    func nonsenseIsNothing(text: String) throws {
        let json = try JSONValue(parsing: text)
        #expect(KubernetesNode(json: json).addresses.isEmpty && !KubernetesNode(json: json).isReady)
        #expect(
            KubernetesService(json: json).loadBalancerIngress.isEmpty
                && KubernetesService(json: json).serviceType == nil)
        #expect(Pod(json: json).podIPs.isEmpty && Pod(json: json).name == nil)
    }
}

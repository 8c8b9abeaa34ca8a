import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

struct MetricDescriptionsTests {
    @Test func eachIsDescribedOnceInOneLine() {
        let labels = MetricDescriptions.all.map(\.label)
        #expect(Set(labels).count == labels.count)
        for (label, help) in MetricDescriptions.all {
            #expect(help.hasSuffix(".") && !help.contains("\n"), "\(label)")
        }
    }

    @Test func changesOfTheAddressAreCountedFromTheSecondOn() {
        let registry = PrometheusRegistry()
        let board = StatusBoard(role: .leader, identity: "pod-a", metrics: registry)
        func changes(_ family: String) -> Bool {
            registry.exposition().contains("\nesddns_wan_ip_changes_total{family=\"\(family)\"} 1\n")
        }
        func publish(_ text: String) {
            var published = PublishedAddress(family: .ipv4)
            published.addresses = AddressSet(text)
            board.setPublished(published)
        }
        publish("198.51.100.7")
        publish("198.51.100.7")
        #expect(!changes("ipv4"))
        publish("203.0.113.9")
        #expect(changes("ipv4") && !changes("ipv6"))
    }
}

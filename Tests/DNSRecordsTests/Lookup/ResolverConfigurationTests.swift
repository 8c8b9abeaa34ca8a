import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct ResolverConfigurationTests {
    @Test(arguments: [
        ("", ["127.0.0.1:53"]),
        ("# nothing\nsearch example.com\n", ["127.0.0.1:53"]),
        ("nameserver 192.0.2.1\n", ["192.0.2.1:53"]),
        ("nameserver 192.0.2.1\nnameserver 2001:db8::1 # second\n", ["192.0.2.1:53", "[2001:db8::1]:53"]),
        ("  nameserver\t192.0.2.1\r\nnameserver 192.0.2.1", ["192.0.2.1:53"]),
        (
            "nameserver fe80::1%eth0\nnameserver x\nnameserver\n;nameserver 192.0.2.9\nnameserver 192.0.2.3",
            ["[fe80::1%eth0]:53", "192.0.2.3:53"]
        ),
        ("nameserver FE80::1%2 options", ["[fe80::1%2]:53"]),
        (
            "nameserver fe80::1%\nnameserver fe80::1%a%b\nnameserver 192.0.2.1%eth0\nnameserver fe80::1%../etc\n"
                + "nameserver fe80::1%abcdefghijklmnop\nnameserver %eth0",
            ["127.0.0.1:53"]
        ),
        ("options ndots:5\nnameserver 10.96.0.10\noptions edns0", ["10.96.0.10:53"]),
    ])
    func parses(text: String, servers: [String]) {
        #expect(ResolverConfiguration.parse(text).map(\.description) == servers)
    }

    @Test func aMissingFileNamesTheLocalHost() {
        #expect(ResolverConfiguration.system(path: "/nonexistent/resolv.conf").map(\.description) == ["127.0.0.1:53"])
    }
}

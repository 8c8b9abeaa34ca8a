import NetworkPrimitives
import Testing
import WANDetection

@Suite struct SpecialPurposeRegistryTests {
    /// First and last address of each refused IPv4 block, written out independently of the table under test.
    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"), ("192.88.99.0", "192.88.99.255"), ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"), ("240.0.0.0", "255.255.255.255"),
    ])
    func refusesWholeIPv4Blocks(first: String, last: String) throws {
        let first = try #require(IPv4Address(first))
        let last = try #require(IPv4Address(last))
        let middle = IPv4Address(rawValue: first.rawValue + (last.rawValue - first.rawValue) / 2)
        for inside in [first, middle, last] {
            #expect(!SpecialPurposeRegistry.isPublishable(.v4(inside)), "\(inside)")
        }
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
        "192.0.1.255", "192.0.3.0", "192.31.195.255", "192.31.197.0", "192.52.192.255", "192.52.194.0",
        "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "192.175.47.255", "192.175.49.0",
        "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "8.8.8.8",
    ])
    func acceptsTheIPv4NeighboursOfRefusedBlocks(text: String) throws {
        #expect(SpecialPurposeRegistry.isPublishable(try address(text)))
    }

    @Test(arguments: [
        "::", "::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "100::1", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "4000::", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "2001::", "2001:1ff:ffff::",
        "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff::1", "3fff::", "3fff:fff:ffff::",
        "2620:4f:8000::", "2620:4f:8000:ffff::",
    ])
    func refusesIPv6(text: String) throws {
        #expect(!SpecialPurposeRegistry.isPublishable(try address(text)))
    }

    @Test(arguments: [
        "2000::", "2000:ffff::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2001:ffff::", "2003::1",
        "2606:2800::1",
        "2620:4f:7fff:ffff::", "2620:4f:8001::", "3ffe:ffff::", "3fff:1000::", "2a00:1450::1",
    ])
    func acceptsIPv6(text: String) throws {
        #expect(SpecialPurposeRegistry.isPublishable(try address(text)))
    }

    @Test func explainsCarrierGradeNAT() throws {
        let objection = try #require(SpecialPurposeRegistry.objection(to: try address("100.72.3.4")))
        #expect(objection.hasPrefix("100.72.3.4 is in 100.64.0.0/10"))
        #expect(objection.contains("carrier-grade NAT"))
        #expect(objection.contains("public address"))
    }

    @Test func namesTheRangeOfAnUnassignedIPv6Address() throws {
        let objection = try #require(SpecialPurposeRegistry.objection(to: try address("5000::1")))
        #expect(objection == "5000::1 is outside of 2000::/3, the range of global unicast addresses")
    }

    /// A typing error in the table would drop an entry in silence.
    @Test func holdsEveryEntry() {
        #expect(SpecialPurposeRegistry.ipv4.count == 18)
        #expect(SpecialPurposeRegistry.ipv6.count == 11)
    }
}

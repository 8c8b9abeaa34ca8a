import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct InterfaceChoiceTests {
    private func at(_ interface: String, _ text: String) throws -> InterfaceAddress {
        InterfaceAddress(interface: interface, address: try address(text))
    }

    private func choose(
        _ all: [InterfaceAddress], name: String? = nil, family: IPAddress.Family = .ipv4, route: String? = nil
    ) -> Result<IPAddress, SourceError> {
        Result { () throws(SourceError) in
            try InterfaceChoice(name: name, family: family, allowNonGlobal: false).choose(
                from: all, defaultRoute: route)
        }
    }

    private func code(_ result: Result<IPAddress, SourceError>) -> SourceError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    @Test func takesTheGlobalAddressOfTheDefaultRoute() throws {
        let all = [
            try at("lo", "127.0.0.1"), try at("eth0", "192.168.1.2"), try at("tun0", "93.184.216.9"),
            try at("ppp0", "93.184.216.7"), try at("ppp0", "93.184.216.8"),
        ]
        #expect(choose(all, route: "ppp0") == .success(try address("93.184.216.7")))
        #expect(choose(all, name: "tun0", route: "ppp0") == .success(try address("93.184.216.9")))
    }

    @Test func doesNotGuessBetweenInterfaces() throws {
        let all = [try at("a", "93.184.216.7"), try at("b", "93.184.216.8")]
        #expect(code(choose(all, route: "eth0")) == .invalidAnswer)
        #expect(choose(Array(all.prefix(1)), route: "eth0") == .success(try address("93.184.216.7")))
    }

    @Test func privateAddressesAreNamedAndNotTaken() throws {
        let result = choose([try at("eth0", "100.64.3.4")], route: "eth0")
        guard case .failure(let error) = result else {
            Issue.record("took a private address")
            return
        }
        #expect(error.code == .notPublishable)
        #expect(error.detail.contains("carrier-grade NAT") && error.detail.contains("eth0"))
    }

    @Test func interfacesThatAreDownOrUnknownAreNamed() throws {
        var down = try at("ppp0", "93.184.216.7")
        down.isRunning = false
        #expect(code(choose([down], name: "ppp0")) == .unreachable)
        #expect(code(choose([down])) == .notPublishable)
        #expect(code(choose([down], name: "ppp1")) == .unreachable)
    }

    @Test func takesNoTemporaryIPv6Address() throws {
        var temporary = try at("eth0", "2606:4700::1")
        temporary.isUnsteady = true
        let all = [temporary, try at("eth0", "fe80::1"), try at("eth0", "2606:4700::2")]
        #expect(choose(all, family: .ipv6, route: "eth0") == .success(try address("2606:4700::2")))
    }

    @Test func readsTheKernelsTables() throws {
        let ipv4 = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
            dead0\t00000000\t0101A8C0\t0002\t0\t0\t1\t00000000\t0\t0\t0
            eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
            """
        #expect(InterfaceTable.defaultRoute(inIPv4: ipv4) == "eth0")
        #expect(InterfaceTable.defaultRoute(inIPv4: "Iface Destination\n") == nil)
        let zero = String(repeating: "0", count: 32)
        let ipv6 = """
            \(zero) 00 \(zero) 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth1
            \(zero) 00 \(zero) 00 fe800000000000000000000000000001 00000100 00000001 00000000 00000003     eth0
            \(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200       lo
            """
        #expect(InterfaceTable.defaultRoute(inIPv6: ipv6) == "eth0")
        let unsteady = InterfaceTable.unsteadyAddresses(
            """
            26064700000000000000000000000001 02 40 00 01     eth0
            26064700000000000000000000000002 02 40 00 80     eth0
            garbage
            """)
        #expect(unsteady == [try address("2606:4700::1")])
    }
}

import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct HostListTests {
    @Test func readsHostsInEveryForm() {
        let list = HostList(
            parsing: """
                # servers of friends
                stun.example.net:3478
                \t [2606:4700::1]:3479 \r
                93.184.216.34:3478 # by address
                mine=stun.example.org:5349/tls, stun.example.org/tcp,

                stun.example.net:3478
                """)
        #expect(
            list.sources.map(\.description) == [
                "stun.example.net:3478/udp", "[2606:4700::1]:3479/udp", "93.184.216.34:3478/udp",
                "stun.example.org:5349/tls", "stun.example.org:3478/tcp",
            ])
        #expect(list.problem == nil)
    }

    @Test(arguments: ["\r\n", "\n", "\r", ","]) func anyEndOfLineWillDo(end: String) {
        let list = HostList(parsing: "\u{FEFF}" + ["a.example:1", "b.example:2", ""].joined(separator: end))
        #expect(list.sources.count == 2)
        #expect(list.problem == nil)
    }

    @Test func namesWhatItLeavesOutAndUsesTheRest() throws {
        let list = HostList(
            parsing: """
                stun.example.net:3478
                stun.example.net:65536
                2001:db8::1:3478
                10.0.0.1:3478
                [2001:db8::1]:3478
                two words
                """)
        #expect(list.sources.count == 1)
        let problem = try #require(list.problem)
        #expect(problem.hasPrefix("5 not used: line 2: \"stun.example.net:65536\" is no STUN server: "))
        #expect(problem.contains("line 3: \"2001:db8::1:3478\""))
        #expect(problem.contains("line 4: the STUN server 10.0.0.1:3478/udp cannot see our WAN address"))
        #expect(problem.hasSuffix("; and 2 more"))
        #expect(HostList(parsing: "10.0.0.1:3478", allowNonGlobal: true).problem == nil)
    }

    @Test(arguments: [
        "<!DOCTYPE html>\n<html><body>stun.example.net:3478</body></html>", "\u{FEFF}\r\n  <html>", "<?xml?>",
    ])
    func aWebPageIsNoList(text: String) {
        let list = HostList(parsing: text)
        #expect(list.sources.isEmpty)
        #expect(list.problem == "it is a web page and no list; expected one HOST:PORT a line")
    }

    @Test(arguments: ["", "# nothing", "\n\n"]) func anEmptyListIsNamed(text: String) {
        #expect(HostList(parsing: text).problem == "there is no server in it; expected one HOST:PORT a line")
    }

    @Test func takesTenThousandHostsAndNoMore() {
        let text = (0..<10_003).map { "stun\($0).example\($0 % 500).net:3478" }.joined(separator: "\n")
        let list = HostList(parsing: text)
        #expect(list.sources.count == 10_000)
        #expect(list.problem == "3 beyond the first 10000 not used")
    }
}

import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct AddressSourceTests {
    @Test(arguments: [
        ("stun.l.google.com:19302", "google", "stun.l.google.com:19302/udp"),
        ("stun.cloudflare.com", "cloudflare", "stun.cloudflare.com:3478/udp"),
        ("Mine=stun.example.net:5000", "mine", "stun.example.net:5000/udp"),
        ("192.0.2.1:3478", "192.0.2.1:3478", "192.0.2.1:3478/udp"),
        ("[2001:db8::1]:3478", "[2001:db8::1]:3478", "[2001:db8::1]:3478/udp"),
    ])
    func readsSTUNServers(text: String, operatorName: String, description: String) throws {
        let source = try AddressSource(parsingSTUN: text)
        #expect(source.operatorName == operatorName)
        #expect(source.description == description)
        #expect(source.transport == .stunUDP)
        #expect(!source.isAuthenticated)
    }

    @Test(arguments: [
        ("stun.example.net/udp", AddressSource.Transport.stunUDP, "stun.example.net:3478/udp", false),
        ("x=stun.example.net:443/tcp", .stunTCP, "stun.example.net:443/tcp", false),
        ("stun.example.net/TLS", .stunTLS, "stun.example.net:5349/tls", true),
        ("[2001:db8::1]/tls", .stunTLS, "[2001:db8::1]:5349/tls", true),
    ])
    func readsTransportsOfSTUN(
        text: String, transport: AddressSource.Transport, description: String, isAuthenticated: Bool
    ) throws {
        let source = try AddressSource(parsingSTUN: text)
        #expect(source.transport == transport)
        #expect(source.description == description)
        #expect(source.isAuthenticated == isAuthenticated)
        #expect(try AddressSource(parsingSTUN: "\(source)").description == description)
    }

    @Test(arguments: [
        "", "host/", "host:1/dtls", "host:1/tcp/udp", "=host:1", "a b=host:1", "name=", "host:0", "host:65536",
        "host:x", "stun:host:3478", "a=b=c:1",
    ])
    func refusesWhatIsNoSTUNServer(text: String) {
        do throws(AddressSource.ParseError) {
            _ = try AddressSource(parsingSTUN: text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description.hasPrefix("\"\(text)\""))
            #expect(error.description.hasSuffix("expected [OPERATOR=]HOST:PORT[/udp|/tcp|/tls]"))
        }
    }

    @Test func readsWebSources() throws {
        let plain = try AddressSource(parsingHTTP: "https://api.ipify.org")
        #expect(plain.operatorName == "ipify")
        #expect(plain.transport == .https)
        #expect(plain.isAuthenticated)
        let named = try AddressSource(parsingHTTP: "home=https://ip.example.net:8443/v4?key=a=b")
        #expect(named.operatorName == "home")
        #expect(named.description == "https://ip.example.net:8443/v4")
        guard case .url(let url) = named.endpoint else {
            Issue.record("a web source has a URL")
            return
        }
        #expect(url.text == "https://ip.example.net:8443/v4?key=a=b")
        #expect(url.host == HostPort(host: "ip.example.net", port: 8443))
        #expect(url.path == "/v4")
    }

    @Test func anEqualsSignInAQueryIsNoOperator() throws {
        #expect(try AddressSource(parsingHTTP: "https://ip.example.net/?a=b").operatorName == "example.net")
    }

    @Test(arguments: [
        ("api.ipify.org", "scheme"), ("ftp://host/", "scheme"), ("https://", "host"), ("https:///path", "host"),
        ("https://user:pw@host/", "user name"), ("https://host/#top", "fragment"), ("https://host/a b", "characters"),
        ("https://host:99999/", "host"), ("https://hö.st/", "characters"), ("http://host/", "plain HTTP"),
        ("trusted+https://host/", "trusted+"), ("bad name=https://host/", "operator name"),
    ])
    func refusesWhatIsNoWebSource(text: String, reason: String) {
        do throws(AddressSource.ParseError) {
            _ = try AddressSource(parsingHTTP: text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description.contains(reason))
            #expect(error.description.hasSuffix("expected [OPERATOR=]https://HOST/PATH"))
        }
    }

    @Test(arguments: [
        ("whoami.cloudflare/TXT/CH@1.1.1.1", "cloudflare", "whoami.cloudflare/TXT/CH@1.1.1.1:53", false),
        ("myip.opendns.com/a@208.67.222.222:5353", "opendns", "myip.opendns.com/A@208.67.222.222:5353", false),
        ("Mine=ip.example.net./TXT@ns.example.org", "mine", "ip.example.net/TXT@ns.example.org:53", false),
        ("me.example/AAAA/in@[2001:db8::53]:5300", "[2001:db8::53]:5300", "me.example/AAAA@[2001:db8::53]:5300", false),
        (
            "whoami.cloudflare/TXT/CH@https://cloudflare-dns.com/dns-query?key=a=b", "cloudflare",
            "whoami.cloudflare/TXT/CH@https://cloudflare-dns.com/dns-query", true
        ),
    ])
    func readsDNSQuestions(text: String, operatorName: String, description: String, isAuthenticated: Bool) throws {
        let source = try AddressSource(parsingDNS: text)
        #expect(source.operatorName == operatorName)
        #expect(source.description == description)
        #expect(source.isAuthenticated == isAuthenticated)
        #expect(source.transport == (isAuthenticated ? .dnsHTTPS : .dnsUDP))
        #expect(source.transport.method == .dns)
    }

    @Test(arguments: [
        ("whoami.cloudflare/TXT", "no server"), ("whoami.cloudflare@1.1.1.1", "no question"),
        ("a..b/A@1.1.1.1", "empty label"), ("x/MX@1.1.1.1", "record type"), ("x/A/HS@1.1.1.1", "class"),
        ("x/A/IN/y@1.1.1.1", "no question"), ("x/A@1.1.1.1:0", "DNS server"), ("x/A@", "DNS server"),
        ("bad name=x/A@1.1.1.1", "operator name"), ("x/A@http://1.1.1.1/", "plain HTTP"), ("x/A@ftp://h/", "scheme"),
        ("a=b=c/A@1.1.1.1", "other characters"), ("a\\047b/A@1.1.1.1", "other characters"),
    ])
    func refusesWhatIsNoDNSQuestion(text: String, reason: String) {
        do throws(AddressSource.ParseError) {
            _ = try AddressSource(parsingDNS: text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description.hasPrefix("\"\(text)\""))
            #expect(error.description.contains(reason))
            #expect(error.description.contains("expected [OPERATOR=]NAME/TYPE[/CLASS]@HOST[:PORT]"))
        }
    }

    @Test func errorsDoNotShowQueries() {
        do throws(AddressSource.ParseError) {
            _ = try AddressSource(parsingHTTP: "http://host/?key=hunter2")
            Issue.record("plain HTTP was accepted")
        } catch {
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func plainHTTPIsForTestsAndNotAuthenticatedUnlessTrusted() throws {
        let plain = try AddressSource(parsingHTTP: "demo=http://127.0.0.1:8080/ip", allowNonGlobal: true)
        #expect(plain.transport == .http)
        #expect(!plain.isAuthenticated)
        let trusted = try AddressSource(parsingHTTP: "demo=trusted+http://127.0.0.1:8080/ip", allowNonGlobal: true)
        #expect(trusted.isAuthenticated)
        #expect(trusted.operatorName == "demo")
        #expect(trusted.description == "http://127.0.0.1:8080/ip")
    }

    @Test(arguments: [
        ("stun4.l.google.com", "google"), ("STUN.L.GOOGLE.COM", "google"), ("global.stun.twilio.com", "twilio"),
        ("checkip.amazonaws.com", "amazon"), ("ipv4.icanhazip.com", "cloudflare"), ("api.cloudflare.com", "cloudflare"),
        ("stun.example.net", "example.net"), ("a.b.example.co.uk", "example.co.uk"), ("example.co", "example.co"),
        ("notgoogle.com", "notgoogle.com"), ("stun-a", "stun-a:1"), ("127.0.0.1", "127.0.0.1:1"),
    ])
    func namesOperators(host: String, expected: String) {
        #expect(Operators.name(of: HostPort(host: host, port: 1)) == expected)
    }

    @Test(arguments: IPAddress.Family.allCases) func theDefaultsOfAFamilyAreOfIt(family: IPAddress.Family) {
        let sources = AddressSource.defaults(for: family)
        #expect(QuorumSettings(family: family).problems(with: sources).isEmpty)
        #expect(Set(sources.map(\.transport.method)) == Set(AddressSource.Method.allCases).subtracting([.local]))
        for source in sources {
            guard case .dns(let question, let server) = source.endpoint else { continue }
            #expect(IPAddress(server.host)?.family == family)
            #expect(question.type == .txt || question.type == (family == .ipv4 ? .a : .aaaa))
            // The address of a well-known server tells its operator.
            #expect(["cloudflare", "google", "opendns"].contains(source.operatorName))
        }
    }

    @Test func theDefaultsAreComplete() {
        #expect(AddressSource.defaultSTUN.count == 13)
        #expect(AddressSource.defaultHTTPS.count == 6)
        #expect(AddressSource.defaultDNS.count == 4)
        #expect(AddressSource.defaultDNS.map(\.operatorName) == ["cloudflare", "opendns", "google", "cloudflare"])
        let all = AddressSource.defaultSTUN + AddressSource.defaultHTTPS + AddressSource.defaultDNS
        #expect(QuorumSettings().problems(with: all).isEmpty)
        // The first wave reaches three operators, and a quorum of web sources alone is possible.
        #expect(Set(AddressSource.defaultSTUN.prefix(3).map(\.operatorName)).count == 3)
        #expect(Set(AddressSource.defaultHTTPS.map(\.operatorName)).count == 5)
        #expect(AddressSource.defaultHTTPS.allSatisfy { $0.isAuthenticated })
    }
}

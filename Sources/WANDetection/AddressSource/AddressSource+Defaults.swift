public import NetworkPrimitives

extension AddressSource {
    /// STUN servers over UDP, and for networks that let no UDP through over TCP; the operators in the order in which they
    /// are asked.
    public static let defaultSTUN: [AddressSource] = [
        "stun.l.google.com:19302",
        "stun.cloudflare.com:3478",
        "global.stun.twilio.com:3478",
        "stun.nextcloud.com:3478",
        "stun1.l.google.com:19302",
        "stun2.l.google.com:19302",
        "stun3.l.google.com:19302",
        "stun4.l.google.com:19302",
        "stun.nextcloud.com:3478/tcp",
        "stun.telnyx.com:3478/tcp",
        "stun.threema.ch:3478/tcp",
        "stun.sip.us:3478/tcp",
        "stun.nextcloud.com:443/tcp",
    ].compactMap { try? AddressSource(parsingSTUN: $0) }

    /// Web services over HTTPS, the operators in the order in which they are asked.
    public static let defaultHTTPS: [AddressSource] = [
        "https://api.ipify.org",
        "https://checkip.amazonaws.com",
        "https://api.cloudflare.com/cdn-cgi/trace",
        "https://ifconfig.me/ip",
        "https://v4.ident.me",
        "https://ipv4.icanhazip.com",
    ].compactMap { try? AddressSource(parsingHTTP: $0) }

    /// DNS questions, the operators in the order in which they are asked.
    public static let defaultDNS: [AddressSource] = [
        "whoami.cloudflare/TXT/CH@https://cloudflare-dns.com/dns-query",
        "myip.opendns.com/A@208.67.222.222",
        "o-o.myaddr.l.google.com/TXT@216.239.32.10",
        "whoami.cloudflare/TXT/CH@1.1.1.1",
    ].compactMap { try? AddressSource(parsingDNS: $0) }

    /// The built-in sources that can be asked over one family, in the order of preference.
    public static func defaults(for family: IPAddress.Family) -> [AddressSource] {
        let v4Only = ["v4.ident.me", "ipv4.icanhazip.com", "api.ipify.org"]
        let https =
            switch family {
            case .ipv4: defaultHTTPS
            case .ipv6:
                [
                    "https://api6.ipify.org", "https://v6.ident.me", "https://ipv6.icanhazip.com",
                ].compactMap { try? AddressSource(parsingHTTP: $0) }
                    + defaultHTTPS.filter { source in !v4Only.contains { source.description.contains($0) } }
            }
        let dns =
            switch family {
            case .ipv4: defaultDNS
            case .ipv6:
                [
                    "whoami.cloudflare/TXT/CH@https://cloudflare-dns.com/dns-query",
                    "myip.opendns.com/AAAA@[2620:119:35::35]", "o-o.myaddr.l.google.com/TXT@[2001:4860:4802:32::a]",
                    "whoami.cloudflare/TXT/CH@[2606:4700:4700::1111]",
                ].compactMap { try? AddressSource(parsingDNS: $0) }
            }
        return defaultSTUN + https + dns
    }
}

import NetworkPrimitives

extension Verdict {
    /// What may be behind a disagreement, for people: one half of a sentence, `nil` where nothing suggests itself.
    ///
    /// Sources that differ by how they are asked, and not by who runs them, rarely lie: rather does the network carry
    /// their traffic out by another way.
    public var suspicion: String? {
        if case .confirmed = condition { return nil }
        let (stun, web, dns) = (seen(by: .stun), seen(by: .web), seen(by: .dns))
        if Self.differ(stun, web) {
            return
                "STUN sources see \(Self.list(stun)), web sources \(Self.list(web)): a VPN or a proxy seems to carry only "
                + "part of this machine's traffic, or somebody forges answers to STUN; let all of it leave by one way, or "
                + "set the detection to the sources that see the line to publish"
        }
        if Self.differ(stun.union(web), dns) {
            return
                "DNS servers see \(Self.list(dns)), the others \(Self.list(stun.union(web))): something on the way seems "
                + "to answer DNS in their place, such as a router that intercepts port 53"
        }
        let vouched = addresses(where: \.isAuthenticated)
        let plain = addresses { !$0.isAuthenticated }
        if Self.differ(vouched, plain) {
            return
                "sources with authentication see \(Self.list(vouched)), those without \(Self.list(plain)): somebody on the "
                + "way may forge the latter, or a VPN or a proxy carries only part of the traffic"
        }
        return nil
    }

    private func seen(by method: AddressSource.Method) -> Set<IPAddress> {
        addresses { $0.transport.method == method }
    }

    private func addresses(where isIncluded: (Observation) -> Bool) -> Set<IPAddress> {
        Set(votes.filter(isIncluded).compactMap(\.address))
    }

    private static func differ(_ a: Set<IPAddress>, _ b: Set<IPAddress>) -> Bool {
        !a.isEmpty && !b.isEmpty && a.isDisjoint(with: b)
    }

    private static func list(_ addresses: Set<IPAddress>) -> String {
        addresses.sorted().prefix(3).map(\.description).joined(separator: " and ")
    }
}

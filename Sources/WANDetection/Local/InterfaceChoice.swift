import NetworkPrimitives

/// An address of one of this machine's interfaces.
struct InterfaceAddress: Hashable, Sendable {
    var interface: String
    var address: IPAddress
    /// Whether the interface is up and connected.
    var isRunning = true
    var isLoopback = false
    /// Whether the address is not for others to use: temporary for privacy, about to go, or not yet checked for
    /// duplicates (RFC 8981, RFC 4862).
    var isUnsteady = false
}

/// Decides which address of this machine is that of its line.
struct InterfaceChoice: Sendable {
    /// `nil`: the interface of the default route, otherwise the only one that has a global address.
    var name: String?
    var family: IPAddress.Family
    var allowNonGlobal: Bool

    /// - Parameter defaultRoute: the interface that holds the default route, where there is one.
    func choose(from all: [InterfaceAddress], defaultRoute: String?) throws(SourceError) -> IPAddress {
        let named = all.filter { name == nil ? !$0.isLoopback : $0.interface == name }
        if let name, named.isEmpty {
            let known = Set(all.map(\.interface)).sorted().joined(separator: ", ")
            throw SourceError(.unreachable, "there is no interface \(name) with an address; there are: \(known)")
        }
        let running = named.filter(\.isRunning)
        if let name, running.isEmpty { throw SourceError(.unreachable, "the interface \(name) is down") }
        let candidates = running.filter { entry in
            entry.address.family == family && !entry.isUnsteady
                && (allowNonGlobal || SpecialPurposeRegistry.isPublishable(entry.address))
        }
        let interfaces = Set(candidates.map(\.interface))
        let chosen: String
        if let defaultRoute, interfaces.contains(defaultRoute) {
            chosen = defaultRoute
        } else if let only = interfaces.first, interfaces.count == 1 {
            chosen = only
        } else if interfaces.isEmpty {
            let who = name.map { "the interface \($0) has no" } ?? "no interface has a"
            throw SourceError(
                .notPublishable, "\(who) global \(family == .ipv4 ? "IPv4" : "IPv6") address\(why(running))")
        } else {
            throw SourceError(
                .invalidAnswer,
                "several interfaces have a global address, and none of them holds the default route: "
                    + "\(interfaces.sorted().joined(separator: ", ")); name one of them")
        }
        // The kernel lists an interface's primary address first.
        guard let first = candidates.first(where: { $0.interface == chosen }) else {
            throw SourceError(.failed, "the interface \(chosen) has no address")
        }
        return first.address
    }

    /// What speaks against the first address that is there.
    private func why(_ running: [InterfaceAddress]) -> String {
        running.first { $0.address.family == family }.flatMap { entry in
            SpecialPurposeRegistry.objection(to: entry.address).map { "; \(entry.interface): \($0)" }
        } ?? ""
    }
}

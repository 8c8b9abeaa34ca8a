import NetworkPrimitives

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the system says about its interfaces and routes.
enum InterfaceTable {
    /// All addresses of all interfaces, in the system's order.
    static func read() throws(SourceError) -> [InterfaceAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw SourceError(.failed, "cannot list the interfaces: \(String(cString: strerror(errno)))")
        }
        defer { freeifaddrs(list) }
        let unsteady = (try? SmallFile.text("/proc/net/if_inet6")).map(unsteadyAddresses) ?? []
        var addresses: [InterfaceAddress] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let raw = entry.pointee.ifa_addr, let address = address(raw) else { continue }
            let flags = UInt32(entry.pointee.ifa_flags)
            let running = Flag.up | Flag.running
            addresses.append(
                InterfaceAddress(
                    interface: String(cString: entry.pointee.ifa_name), address: address,
                    isRunning: flags & running == running, isLoopback: flags & Flag.loopback != 0,
                    isUnsteady: unsteady.contains(address)))
        }
        return addresses
    }

    /// IFF_UP and its like, which every system numbers alike and every C library declares in another type.
    private enum Flag {
        static let up: UInt32 = 0x1
        static let loopback: UInt32 = 0x8
        static let running: UInt32 = 0x40
    }

    private static func address(_ raw: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        // Family, port and address are in the same places on every system; the C structures' members are declared by
        // several modules, and which of them counts depends on how the module is compiled.
        let bytes = UnsafeRawPointer(raw)
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            return IPv4Address(bytes: UnsafeRawBufferPointer(start: bytes + 4, count: 4)).map(IPAddress.v4)
        case AF_INET6:
            return IPv6Address(bytes: UnsafeRawBufferPointer(start: bytes + 8, count: 16)).map(IPAddress.v6)
        default: return nil
        }
    }

    /// The interface by which packets to the rest of the world leave; `nil` where there is none, or where the system does
    /// not say so in Linux's way.
    static func defaultRoute(family: IPAddress.Family) -> String? {
        switch family {
        case .ipv4: (try? SmallFile.text("/proc/net/route", limit: routeTableLimit)).flatMap(defaultRoute(inIPv4:))
        case .ipv6: (try? SmallFile.text("/proc/net/ipv6_route", limit: routeTableLimit)).flatMap(defaultRoute(inIPv6:))
        }
    }

    /// A node of a large cluster has a route for each other node.
    private static let routeTableLimit = 4 << 20

    // MARK: The kernel's tables

    private static let routeIsUp: UInt32 = 0x0001
    private static let routeRejects: UInt32 = 0x0200

    /// `/proc/net/route`: interface, destination, gateway, flags, two counters, metric, mask, …
    static func defaultRoute(inIPv4 table: String) -> String? {
        let routes = table.split(separator: "\n").dropFirst().compactMap { line -> (metric: UInt32, name: String)? in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 8, fields[1].allSatisfy({ $0 == "0" }), fields[7].allSatisfy({ $0 == "0" }),
                let flags = UInt32(fields[3], radix: 16), flags & routeIsUp != 0, flags & routeRejects == 0,
                let metric = UInt32(fields[6])
            else { return nil }
            return (metric, String(fields[0]))
        }
        return routes.min { $0.metric < $1.metric }?.name
    }

    /// `/proc/net/ipv6_route`: destination, its length, source, its length, gateway, metric, two counters, flags, interface.
    static func defaultRoute(inIPv6 table: String) -> String? {
        let routes = table.split(separator: "\n").compactMap { line -> (metric: UInt32, name: String)? in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 10, fields[0].allSatisfy({ $0 == "0" }), fields[1] == "00", fields[9] != "lo",
                let flags = UInt32(fields[8], radix: 16), flags & routeIsUp != 0, flags & routeRejects == 0,
                let metric = UInt32(fields[5], radix: 16)
            else { return nil }
            return (metric, String(fields[9]))
        }
        return routes.min { $0.metric < $1.metric }?.name
    }

    /// `/proc/net/if_inet6`: address, index, prefix length, scope, flags, interface.
    static func unsteadyAddresses(_ table: String) -> Set<IPAddress> {
        // Temporary, duplicate, deprecated and tentative (linux/if_addr.h).
        let unsteady: UInt32 = 0x01 | 0x08 | 0x20 | 0x40
        let found = table.split(separator: "\n").compactMap { line -> IPAddress? in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 6, fields[0].count == 32, let flags = UInt32(fields[4], radix: 16),
                flags & unsteady != 0
            else { return nil }
            let digits = fields[0].compactMap(\.hexDigitValue)
            guard digits.count == 32 else { return nil }
            let bytes = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            return IPv6Address(bytes: bytes).map(IPAddress.v6)
        }
        return Set(found)
    }
}

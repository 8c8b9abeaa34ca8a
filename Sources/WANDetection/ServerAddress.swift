import NIOCore
import NetworkPrimitives

/// Finds the address at which a server is to be asked.
enum ServerAddress {
    /// The first address of `server` that may be asked.
    ///
    /// - Parameters:
    ///   - limit: bounds name resolution; an address needs neither the resolver nor a timer.
    ///   - allowNonGlobal: lets private and loopback addresses through. For tests: such a server sees an address of the
    ///     inside, if it is not somebody's attempt to have us ask inner hosts.
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    static func find(
        _ server: HostPort, family: IPAddress.Family, within limit: Duration, allowNonGlobal: Bool
    ) async throws(SourceError) -> SocketAddress {
        try choose(
            from: try await resolve(server, family: family, within: limit), of: server, allowNonGlobal: allowNonGlobal)
    }

    private static func resolve(
        _ server: HostPort, family: IPAddress.Family, within limit: Duration
    ) async throws(SourceError) -> [SocketAddress] {
        guard IPAddress(server.host) == nil else { return try await lookUp(server, family: family).get() }
        let result = await withTaskGroup(of: Result<[SocketAddress], SourceError>.self) { group in
            group.addTask { await Self.lookUp(server, family: family) }
            group.addTask {
                let cancelled = (try? await Task.sleep(for: limit)) == nil
                return .failure(
                    cancelled
                        ? SourceError(.cancelled, "cancelled")
                        : SourceError(.timedOut, "the name \(server.host) was not resolved within \(limit)"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(SourceError(.cancelled, "cancelled"))
        }
        return try result.get()
    }

    private static func lookUp(
        _ server: HostPort, family: IPAddress.Family
    ) async -> Result<[SocketAddress], SourceError> {
        do throws(ExchangeError) {
            return .success(try await server.resolve(family: family))
        } catch {
            return .failure(SourceError(error))
        }
    }

    private static func choose(
        from addresses: [SocketAddress], of server: HostPort, allowNonGlobal: Bool
    ) throws(SourceError) -> SocketAddress {
        var objection: String?
        for address in addresses {
            guard !allowNonGlobal else { return address }
            guard let text = address.ipAddress, let ip = IPAddress(text) else { continue }
            guard let found = SpecialPurposeRegistry.objection(to: ip) else { return address }
            objection = objection ?? found
        }
        throw SourceError(
            .notPermitted,
            "\(server) is not asked: \(objection ?? "it has no usable address"); "
                + "a server has to be at a global address to see ours")
    }
}

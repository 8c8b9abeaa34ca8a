public import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension HostPort {
    /// The socket addresses behind this host, by the operating system's resolver where it is a name.
    ///
    /// The resolver blocks, so it runs on a thread pool. A cancelled task returns at once with
    /// ``ExchangeError/cancelled`` and leaves the resolver to finish there, so that a dead name server delays nobody.
    ///
    /// - Parameter family: keeps only addresses of that family; `nil` keeps all.
    /// - Returns: at least one address, in the resolver's order of preference, without duplicates.
    public func resolve(family: IPAddress.Family? = nil) async throws(ExchangeError) -> [SocketAddress] {
        if let address = IPAddress(host) {
            guard family == nil || family == address.family else {
                throw .unresolvable("\(host) is not an \(family == .ipv4 ? "IPv4" : "IPv6") address")
            }
            do {
                return [try SocketAddress(ipAddress: host, port: Int(port))]
            } catch {
                throw .unresolvable(host)
            }
        }
        let (host, port) = (host, port)
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [SocketAddress].self)
        let result = promise.futureResult
        let interest = Interest()
        NIOThreadPool.singleton.submit { state in
            guard case .active = state, interest.exists else { return promise.fail(ExchangeError.cancelled) }
            promise.completeWith(addressInfo(host: host, port: port, family: family).mapError { $0 as any Error })
        }
        do {
            return try await withTaskCancellationHandler {
                try await result.get()
            } onCancel: {
                interest.end()
                promise.fail(ExchangeError.cancelled)
            }
        } catch {
            throw ExchangeError(error)
        }
    }
}

extension HostPort {
    /// The addresses alone of what ``resolve(family:)`` finds.
    public func addresses(family: IPAddress.Family? = nil) async throws(ExchangeError) -> [IPAddress] {
        try await resolve(family: family).compactMap { $0.ipAddress.flatMap(IPAddress.init) }
    }
}

/// Whether somebody still waits for a name. Questions that nobody waits for must not queue up on the few threads of the
/// pool while a name server is dead.
private final class Interest: Sendable {
    private let isWaiting = Mutex(true)

    var exists: Bool { isWaiting.withLock { $0 } }

    func end() { isWaiting.withLock { $0 = false } }
}

/// `getaddrinfo`, blocking.
private func addressInfo(
    host: String, port: UInt16, family: IPAddress.Family?
) -> Result<[SocketAddress], ExchangeError> {
    var hints = addrinfo()
    #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    #else
        hints.ai_socktype = SOCK_DGRAM
    #endif
    hints.ai_flags = AI_NUMERICSERV
    hints.ai_family =
        switch family {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case nil: AF_UNSPEC
        }
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0 else {
        return .failure(.unresolvable("\(host): \(String(cString: gai_strerror(status)))"))
    }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next {
        next = entry.pointee.ai_next
        guard let raw = entry.pointee.ai_addr else { continue }
        let address: SocketAddress? =
            switch entry.pointee.ai_family {
            case AF_INET:
                raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee, host: host) }
            case AF_INET6:
                raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee, host: host) }
            default: nil
            }
        if let address, !addresses.contains(address) { addresses.append(address) }
    }
    return addresses.isEmpty ? .failure(.unresolvable("\(host) has no usable address")) : .success(addresses)
}

import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// STUN servers on loopback ports that answer as cheaply as a server in C: one thread, three system calls an answer.
final class ReflectingServers: Sendable {
    /// How one of them behaves.
    enum Manner: Sendable {
        case answering
        case silent
        /// So many datagrams that answer nothing, then the right one.
        case garbage(Int)
    }

    let ports: [UInt16]
    private let isStopped = Atomic(false)

    /// Runs `body` with one server for each manner; they end with it.
    static func run<Value>(
        _ manners: [Manner], _ body: (ReflectingServers) async throws -> Value
    ) async throws -> Value {
        var sockets: [Int32] = []
        var ports: [UInt16] = []
        for _ in manners {
            let (socket, port) = try open()
            sockets.append(socket)
            ports.append(port)
        }
        let servers = ReflectingServers(ports: ports)
        let descriptors = sockets
        // A thread, not a task: it blocks.
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        let thread = Thread {
            servers.serve(descriptors, manners)
            end.finish()
        }
        thread.start()
        let result: Result<Value, any Error>
        do { result = .success(try await body(servers)) } catch { result = .failure(error) }
        servers.isStopped.store(true, ordering: .relaxed)
        for await _ in ended {}
        sockets.forEach { _ = close($0) }
        return try result.get()
    }

    private init(ports: [UInt16]) { self.ports = ports }

    private func serve(_ sockets: [Int32], _ manners: [Manner]) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        var polled = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while !isStopped.load(ordering: .relaxed) {
            guard poll(&polled, nfds_t(polled.count), 100) > 0 else { continue }
            for (index, entry) in polled.enumerated() where entry.revents != 0 {
                var peer = sockaddr_in()
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = withUnsafeMutablePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(entry.fd, &buffer, buffer.count, 0, $0, &length)
                    }
                }
                guard count == 20 else { continue }
                switch manners[index] {
                case .silent: continue
                case .garbage(let datagrams):
                    for _ in 0..<datagrams { Self.send(Array(buffer[0..<20]), to: peer, over: entry.fd) }
                case .answering: break
                }
                Self.send(Self.answer(Array(buffer[0..<20]), peer), to: peer, over: entry.fd)
            }
        }
    }

    /// A success response that holds XOR-MAPPED-ADDRESS and nothing else.
    private static func answer(_ request: [UInt8], _ peer: sockaddr_in) -> [UInt8] {
        let port = UInt16(bigEndian: peer.sin_port) ^ 0x2112
        let address = UInt32(bigEndian: peer.sin_addr.s_addr) ^ 0x2112_A442
        let value =
            [0, 1, UInt8(port >> 8), UInt8(port & 0xFF)]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: address >> $0) }
        return [0x01, 0x01, 0, 12] + request[4...] + [0, 0x20, 0, 8] + value
    }

    private static func send(_ bytes: [UInt8], to peer: sockaddr_in, over socket: Int32) {
        var peer = peer
        _ = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func open() throws -> (socket: Int32, port: UInt16) {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_DGRAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 ? getsockname(descriptor, name, &length) : -1
            }
        }
        guard descriptor >= 0, status == 0 else { throw BenchmarkError("no UDP port on the loopback") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

import AllocationCounter
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
            allocation_counter_exclude_thread()
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
                var peer = SocketName()
                let count = peer.withPointer { recvfrom(entry.fd, &buffer, buffer.count, 0, $0, $1) }
                guard count == 20 else { continue }
                switch manners[index] {
                case .silent: continue
                case .garbage(let datagrams):
                    for number in 0..<datagrams {
                        Self.send(Self.garbage(number, Array(buffer[0..<20]), peer), to: peer, over: entry.fd)
                    }
                case .answering: break
                }
                Self.send(Self.answer(Array(buffer[0..<20]), peer), to: peer, over: entry.fd)
            }
        }
    }

    /// A success response that holds XOR-MAPPED-ADDRESS and nothing else.
    private static func answer(_ request: [UInt8], _ peer: SocketName) -> [UInt8] {
        let mask: [UInt8] = [0x21, 0x12, 0x21, 0x12, 0xA4, 0x42]
        let value = [0, 1] + zip(peer.portAndAddress, mask).map { $0 ^ $1 }
        return [0x01, 0x01, 0, 12] + request[4...] + [0, 0x20, 0, 8] + value
    }

    /// What is no answer to `request`, in some variety.
    private static func garbage(_ number: Int, _ request: [UInt8], _ peer: SocketName) -> [UInt8] {
        var answer = answer(request, peer)
        switch number % 6 {
        case 0: return request
        case 1: return []
        case 2: return [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 500)
        // Of another transaction.
        case 3: answer[19] ^= 1
        // Longer than it says.
        case 4: answer += [0, 0, 0, 0]
        // With a fingerprint that is not its own.
        default:
            answer[3] += 8
            answer += [0x80, 0x28, 0, 4, 0, 0, 0, 0]
        }
        return answer
    }

    private static func send(_ bytes: [UInt8], to peer: SocketName, over socket: Int32) {
        var peer = peer
        _ = peer.withPointer { sendto(socket, bytes, bytes.count, 0, $0, $1.pointee) }
    }

    private static func open() throws -> (socket: Int32, port: UInt16) {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_DGRAM, 0)
        #endif
        var name = SocketName()
        let status = name.withPointer { bind(descriptor, $0, $1.pointee) == 0 ? getsockname(descriptor, $0, $1) : -1 }
        guard descriptor >= 0, status == 0 else { throw BenchmarkError("no UDP port on the loopback") }
        let port = name.portAndAddress
        return (descriptor, UInt16(port[0]) << 8 | UInt16(port[1]))
    }
}

/// A `sockaddr_in` as the bytes that it is; which module declares its members depends on how this one is compiled.
private struct SocketName {
    /// The loopback address and no port.
    private var bytes: [UInt8] = [UInt8(AF_INET), 0, 0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)

    init() {
        #if canImport(Darwin)
            (bytes[0], bytes[1]) = (16, UInt8(AF_INET))
        #endif
    }

    /// Two bytes and four, in network order.
    var portAndAddress: [UInt8] { Array(bytes[2..<8]) }

    /// - Returns: what `body` returns, a system call's result; -1 where there is no place, which cannot be.
    mutating func withPointer<Count: SignedInteger>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Count
    ) -> Count {
        var length = socklen_t(bytes.count)
        return bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: sockaddr.self) { names in
                names.baseAddress.map { body($0, &length) } ?? -1
            }
        }
    }
}

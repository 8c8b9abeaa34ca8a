import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The system calls of one connected UDP socket. Nothing here blocks.
enum DatagramSocket {
    /// What came of looking for a datagram.
    enum Received {
        case datagram
        /// Nothing is there now.
        case nothing
        case failed(ExchangeError)
    }

    /// A socket that sends to `server` and hears nobody else. The caller closes it.
    static func connected(to server: SocketAddress) throws(ExchangeError) -> Int32 {
        let family = server.protocol == .inet6 ? AF_INET6 : AF_INET
        #if canImport(Glibc)
            let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #elseif canImport(Musl)
            let type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
        #else
            let type = SOCK_DGRAM
        #endif
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .unreachable("no socket: \(reason(errno))") }
        #if canImport(Darwin)
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #endif
        let status = server.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard status == 0 else {
            let error = error(errno, of: "connect")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Sends one datagram. One that finds no room is lost, as on the way; the next retransmission makes up for it.
    static func send(_ payload: ByteBuffer, over descriptor: Int32) throws(ExchangeError) {
        while true {
            let count = payload.withUnsafeReadableBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count < 0 else { return }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS: return
            case let number: throw error(number, of: "send")
            }
        }
    }

    /// Puts the next datagram into `buffer`, in the place of what was there.
    static func receive(from descriptor: Int32, into buffer: inout ByteBuffer) -> Received {
        // Keeps its memory, unless somebody has kept a part of the last datagram.
        buffer.clear()
        while true {
            var count = -1
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: largestDatagram) { room in
                count = recv(descriptor, room.baseAddress, room.count, 0)
                return max(0, count)
            }
            guard count < 0 else { return .datagram }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .nothing
            case let number: return .failed(error(number, of: "receive"))
            }
        }
    }

    static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    /// No datagram is longer: 16 bits of length.
    static let largestDatagram = 65_535

    private static func error(_ number: Int32, of call: String) -> ExchangeError {
        number == ECONNREFUSED ? .refused : .unreachable("\(call): \(reason(number))")
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}

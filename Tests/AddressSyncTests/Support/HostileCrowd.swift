import Foundation
import Glibc
import Synchronization

/// Clients that want to do harm to a server on a loopback port: connections that say nothing, sentences that never end, requests one
/// after the other, headers without measure, and methods and paths that nobody knows.
final class HostileCrowd: Sendable {
    private let port: Int
    private let places: Int
    private let isStopped = Atomic(false)
    private let opened = Atomic(0)
    private let answered = Atomic(0)
    private let ended: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation

    /// - Parameter places: how many connections are held at a time.
    init(port: Int, places: Int) {
        self.port = port
        self.places = places
        (ended, end) = AsyncStream.makeStream()
        // A thread, since it blocks.
        Thread.detachNewThread { [self] in
            work()
            end.finish()
        }
    }

    /// Connections that were made so far.
    var connections: Int { opened.load(ordering: .relaxed) }
    /// Answers that came so far, of any kind.
    var answers: Int { answered.load(ordering: .relaxed) }

    /// Lets all connections be closed. Returns at once.
    func halt() { isStopped.store(true, ordering: .relaxed) }

    /// Closes all connections, and returns once that is done.
    func stop() async {
        halt()
        for await _ in ended {}
    }

    private static let manners: [String] = [
        // Says nothing.
        "",
        // Never comes to the end.
        "GET / HTTP/1.1\r\nHost: test\r\nX-Slow: ",
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n",
        // Over and over again on one connection, without reading the answers.
        String(repeating: "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n", count: 20),
        "GET / HTTP/1.1\r\nHost: test\r\n"
            + String(repeating: "X-Header: \(String(repeating: "a", count: 1000))\r\n", count: 100),
        "BREW /coffee?pot=\(String(repeating: "x", count: 4000)) HTTP/1.1\r\nHost: test\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}",
    ]

    private func work() {
        var sockets: [Int32] = []
        var number = 0
        while !isStopped.load(ordering: .relaxed) {
            if sockets.count >= places {
                close(sockets.removeFirst())
                // A byte now and then, as slow clients send it; and what was answered.
                if let chosen = sockets.randomElement() {
                    _ = send(chosen, "x", 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                    var byte: UInt8 = 0
                    if recv(chosen, &byte, 1, Int32(MSG_DONTWAIT)) == 1 {
                        answered.add(1, ordering: .relaxed)
                    }
                }
            }
            guard let socket = connect() else {
                usleep(1000)
                continue
            }
            opened.add(1, ordering: .relaxed)
            // Other tests want to run as well.
            usleep(500)
            sockets.append(socket)
            let text = Array(Self.manners[number % Self.manners.count].utf8)
            number += 1
            if !text.isEmpty {
                _ = send(socket, text, text.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
        }
        for socket in sockets { close(socket) }
    }

    private func connect() -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else {
            close(socket)
            return nil
        }
        var readiness = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&readiness, 1, 100) == 1 else {
            close(socket)
            return nil
        }
        return socket
    }
}

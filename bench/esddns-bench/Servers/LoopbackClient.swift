#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The cheapest HTTP client there is: one connection that stays open, blocking, two system calls for a short answer. What it
/// measures is the server.
final class LoopbackClient {
    private let socket: Int32

    init(port: Int) throws {
        socket = Self.makeSocket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchmarkError("no connection to port \(port)") }
    }

    private static func makeSocket() -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #elseif canImport(Musl)
            Musl.socket(AF_INET, SOCK_STREAM, 0)
        #else
            Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    deinit { close(socket) }

    /// The body of the answer to one GET.
    func get(_ path: String) throws -> [UInt8] {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: bench\r\nAccept: text/plain\r\n\r\n".utf8)
        guard send(socket, request, request.count, 0) == request.count else {
            throw BenchmarkError("\(path): not sent")
        }
        var answer: [UInt8] = []
        answer.reserveCapacity(65_536)
        var part = [UInt8](repeating: 0, count: 65_536)
        var head: Int?
        var length = Int.max
        while head.map({ answer.count < $0 + length }) ?? true {
            let count = recv(socket, &part, part.count, 0)
            guard count > 0 else { throw BenchmarkError("\(path): the server has closed the connection") }
            answer += part[..<count]
            guard head == nil, let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let lines = String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            guard lines.first?.contains(" 200 ") == true,
                let stated = lines.first(where: { $0.lowercased().hasPrefix("content-length:") }),
                let bytes = Int(stated.dropFirst(15).drop { $0 == " " })
            else { throw BenchmarkError("\(path): \(lines.first ?? "")") }
            (head, length) = (end.upperBound, bytes)
        }
        return Array(answer[(head ?? 0)...])
    }
}

import AllocationCounter
import NetworkPrimitives
import WANDetection

/// What a datagram costs that is no answer: whoever can send us packets must not be able to make us allocate.
struct GarbagePackets: Benchmark {
    static let name = "garbage-packets"
    static let summary = """
        A STUN server on the loopback sends N datagrams that answer nothing (echoes, empty ones, noise, answers to other \
        questions, damaged answers) before the right one. Allocations of a question with 2N less those of one with N, for \
        each further datagram, taking turns; the server's thread is not counted.
        """
    static let runs = 1000

    private static let warmUp = 100
    /// Few enough for a socket's default buffer, twice.
    private static let datagrams = 60

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        guard allocation_counter_works() else {
            throw BenchmarkError("allocations cannot be counted with this C library")
        }
        let manners = [ReflectingServers.Manner.garbage(Self.datagrams), .garbage(2 * Self.datagrams)]
        let (few, many) = try await ReflectingServers.run(manners) { servers in
            let client = STUNClient(allowNonGlobal: true)
            var samples: ([Double], [Double]) = ([], [])
            for number in 0..<(Self.warmUp + context.runs) {
                let first = try await Self.allocations(client, servers.ports[0])
                let second = try await Self.allocations(client, servers.ports[1])
                guard number >= Self.warmUp else { continue }
                samples.0.append(first)
                samples.1.append(second)
            }
            return samples
        }
        return [
            Figure(
                "allocations for a garbage datagram", unit: "", .percentile(99),
                of: zip(few, many).map { ($1 - $0) / Double(Self.datagrams) }, target: .atMost(0)),
            Figure("allocations for a whole question", unit: "", .median, of: few),
        ]
    }

    private static func allocations(_ client: STUNClient, _ port: UInt16) async throws -> Double {
        let before = allocation_counter_total()
        _ = try await client.mappedAddress(from: HostPort(host: "127.0.0.1", port: port))
        return Double(allocation_counter_total() - before)
    }
}

@testable import OperatorCore

extension FuzzTarget {
    /// A watch says the same however its bytes were cut on their way.
    static let watchEvents = FuzzTarget("watch-events") { bytes in
        var input = FuzzInput(bytes)
        // Often shorter than a line, so that the limit is met.
        let maximum = 32 << Int(input.byte() % 8)
        let whole = told(by: [Array(input.rest)], maximumLineBytes: maximum)
        expect(told(by: input.pieces(), maximumLineBytes: maximum) == whole, "pieces say what the whole says")
    }

    /// The events up to the first error, and that.
    private static func told(
        by pieces: [[UInt8]], maximumLineBytes: Int
    ) -> [Result<WatchEvent<ConfigMap>, KubernetesError>] {
        guard let request = try? KubernetesRequest(.watch, ConfigMap.type, namespace: "fuzz") else { return [] }
        var decoder = WatchEventDecoder<ConfigMap>(
            request: request, lines: WatchLineDecoder(maximumLineBytes: maximumLineBytes))
        var events: [Result<WatchEvent<ConfigMap>, KubernetesError>] = []
        do throws(KubernetesError) {
            for piece in pieces {
                decoder.append(piece)
                while let event = try decoder.next() { events.append(.success(event)) }
            }
            if let event = try decoder.finish() { events.append(.success(event)) }
        } catch {
            events.append(.failure(error))
        }
        return events
    }
}

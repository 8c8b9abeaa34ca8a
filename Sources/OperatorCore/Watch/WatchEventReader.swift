import CurlHTTP
import Synchronization

/// Reads events from the body of a watch as its consumer asks for them, without a task of its own.
final class WatchEventReader<Resource: KubernetesResource>: Sendable {
    private let body: AsyncThrowingStream<[UInt8], any Error>
    private let request: KubernetesRequest
    private let decoder: Mutex<WatchEventDecoder<Resource>>

    init(body: AsyncThrowingStream<[UInt8], any Error>, request: KubernetesRequest) {
        self.body = body
        self.request = request
        decoder = Mutex(WatchEventDecoder(request: request))
    }

    /// The events. The stream owns this reader, which owns the body: dropping it closes the connection.
    var events: WatchStream<Resource> { WatchStream { try await self.next() } }

    private func next() async throws(KubernetesError) -> WatchEvent<Resource>? {
        while true {
            if let event = try decoder.withLock({ decoder throws(KubernetesError) in try decoder.next() }) {
                return event
            }
            guard let chunk = try await chunk() else {
                return try decoder.withLock { decoder throws(KubernetesError) in try decoder.finish() }
            }
            decoder.withLock { $0.append(chunk) }
        }
    }

    /// Iterators of one stream share its position, so a new one goes on where the last has stopped.
    private func chunk() async throws(KubernetesError) -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        do {
            return try await iterator.next()
        } catch let error as HTTPClientError {
            throw KubernetesError(error, request)
        } catch is CancellationError {
            throw request.failure(.transport(.cancelled), "cancelled")
        } catch {
            throw request.failure(.transport(.internalError), KubernetesAnswer.bounded("\(error)"))
        }
    }
}

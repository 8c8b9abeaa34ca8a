import Testing

@testable import CurlHTTP

@Suite("StreamBuffer")
struct StreamBufferTests {
    private typealias Buffer = StreamBuffer<String>

    private func receive(_ bytes: [UInt8], _ buffer: inout Buffer) -> Buffer.ReceiveAction {
        bytes.withUnsafeBytes { buffer.received($0) }
    }

    /// What a request is answered; `nil` when it waits.
    private func next(_ buffer: inout Buffer, _ waiter: String = "w") -> StreamItem? {
        guard case .resume(let who, let item) = buffer.requested(by: waiter) else { return nil }
        #expect(who == waiter)
        return item
    }

    private let lost = HTTPClientError(.connectionLost, "gone")

    @Test("Pieces that wait are joined")
    func joined() {
        var buffer = Buffer(limit: 10)
        for piece in [[1, 2], [3], []] as [[UInt8]] {
            guard case .none = receive(piece, &buffer) else { Issue.record("not buffered"); return }
        }
        #expect(next(&buffer) == .success([1, 2, 3]))
        #expect(next(&buffer) == nil)
    }

    @Test("A piece goes to the consumer that waits for it, whatever its size")
    func direct() {
        var buffer = Buffer(limit: 1)
        #expect(next(&buffer, "first") == nil)
        guard case .resume("first", .success([1, 2, 3])) = receive([1, 2, 3], &buffer) else {
            Issue.record("not handed over")
            return
        }
        guard case .none = receive([4], &buffer) else { Issue.record("not buffered"); return }
    }

    @Test("The bound is in bytes, and exact")
    func bound() {
        var buffer = Buffer(limit: 4)
        guard case .none = receive([1, 2], &buffer), case .none = receive([3, 4], &buffer),
            case .overflow = receive([5], &buffer)
        else { Issue.record("wrong bound"); return }
        #expect(next(&buffer) == .success([1, 2, 3, 4]))
        guard case .none = receive([5], &buffer) else { Issue.record("no room after taking"); return }
    }

    @Test("What has arrived comes before the end, and the end only once")
    func endings() {
        for failure in [nil, lost] {
            var buffer = Buffer(limit: 4)
            _ = receive([1], &buffer)
            #expect(buffer.ended(failure) == nil)
            #expect(buffer.ended(HTTPClientError(.shutDown, "")) == nil)
            #expect(next(&buffer) == .success([1]))
            #expect(next(&buffer) == failure.map { .failure($0) } ?? .success(nil))
            #expect(next(&buffer) == .success(nil))
        }
    }

    @Test("The end goes to a consumer that waits")
    func endWhileWaiting() {
        var buffer = Buffer(limit: 4)
        _ = next(&buffer)
        let answer = buffer.ended(lost)
        #expect(answer?.0 == "w")
        #expect(answer?.1 == .failure(lost))
        #expect(next(&buffer) == .success(nil))
    }

    @Test("An overflow gives up what was waiting")
    func overflow() {
        var buffer = Buffer(limit: 4)
        _ = receive([1], &buffer)
        let failure = HTTPClientError(.streamOverflow, "")
        #expect(buffer.ended(failure) == nil)
        #expect(next(&buffer) == .failure(failure))
    }

    @Test("A consumer that goes away ends the transfer, once")
    func abandoned() {
        var buffer = Buffer(limit: 4)
        _ = receive([1], &buffer)
        let first = buffer.abandoned()
        #expect(first.wasOpen && first.waiter == nil)
        #expect(!buffer.abandoned().wasOpen)
        #expect(next(&buffer) == .failure(Buffer.cancellation))
        guard case .none = receive([2], &buffer) else { Issue.record("received after the end"); return }

        var waiting = Buffer(limit: 4)
        _ = next(&waiting)
        let second = waiting.abandoned()
        #expect(second.wasOpen && second.waiter == "w")
        #expect(waiting.ended(lost) == nil)

        var over = Buffer(limit: 4)
        _ = over.ended(nil)
        #expect(!over.abandoned().wasOpen)
    }

    @Test("Two consumers at once are told so")
    func twoConsumers() {
        var buffer = Buffer(limit: 4)
        #expect(next(&buffer, "first") == nil)
        guard case .failure(let error)? = next(&buffer, "second") else { Issue.record("accepted"); return }
        #expect(error.code == .internalError)
        guard case .resume("first", _) = receive([1], &buffer) else { Issue.record("first forgotten"); return }
    }
}

import Testing

@testable import CurlHTTP

@Suite("CommandQueueState")
struct CommandQueueTests {
    @Test("Wakes the loop for the first command only, and takes none after it is closed")
    func order() {
        var queue = CommandQueueState<Int>()
        #expect(queue.submitted(1) == .wake)
        #expect(queue.submitted(2) == .none)
        #expect(queue.drained() == ([1, 2], false))
        #expect(queue.submitted(3) == .wake)
        #expect(queue.closed() == .wake)
        #expect(queue.closed() == .none)
        #expect(queue.submitted(4) == .reject)
        #expect(queue.drained() == ([3], true))
        #expect(queue.drained() == ([], true))
    }
}

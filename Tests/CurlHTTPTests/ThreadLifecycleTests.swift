import Testing

@testable import CurlHTTP

@Suite("ThreadLifecycle")
struct ThreadLifecycleTests {
    private typealias Lifecycle = ThreadLifecycle<Int, String>

    private enum Answer: Equatable { case wait, join(Int), done }

    private func request(_ lifecycle: inout Lifecycle, _ waiter: String) -> Answer {
        switch lifecycle.shutdownRequested(by: waiter) {
        case .wait: .wait
        case .join(let handle): .join(handle)
        case .done: .done
        }
    }

    @Test("The first caller joins, everybody waits for that")
    func usual() {
        var lifecycle = Lifecycle(running: 7)
        #expect(request(&lifecycle, "a") == .wait)
        #expect(request(&lifecycle, "b") == .wait)
        let joiner = lifecycle.threadEnded()
        #expect(joiner?.0 == "a" && joiner?.1 == 7)
        #expect(lifecycle.threadEnded() == nil)
        #expect(request(&lifecycle, "c") == .wait)
        #expect(lifecycle.joined() == ["b", "c"])
        #expect(lifecycle.joined() == [])
        #expect(request(&lifecycle, "d") == .done)
    }

    @Test("A thread that ends before anybody waits is joined by the first who comes")
    func endedFirst() {
        var lifecycle = Lifecycle(running: 7)
        #expect(lifecycle.threadEnded() == nil)
        #expect(request(&lifecycle, "a") == .join(7))
        #expect(request(&lifecycle, "b") == .wait)
        #expect(lifecycle.joined() == ["b"])
        #expect(request(&lifecycle, "c") == .done)
    }
}

import NIOCore
import NIOEmbedded
import Testing

@testable import StatusServer

@Suite struct ConnectionTableTests {
    @Test func theQuietestMakesPlace() throws {
        let table = ConnectionTable(maximum: 3)
        let channels = (0..<5).map { _ in NIOAsyncTestingChannel() }
        for channel in channels[..<3] { #expect(table.opened(channel) === nil) }
        table.answered(channels[0])
        #expect(table.opened(channels[3]) === channels[1])
        table.answered(channels[2])
        #expect(table.opened(channels[4]) === channels[0])
        #expect(table.count == 3)
    }

    @Test func whoHasLeftTakesNoPlace() {
        let table = ConnectionTable(maximum: 2)
        let channels = (0..<3).map { _ in NIOAsyncTestingChannel() }
        for channel in channels[..<2] { #expect(table.opened(channel) === nil) }
        table.closed(channels[0])
        // Said late of one that is gone.
        table.answered(channels[0])
        #expect(table.opened(channels[2]) === nil)
        #expect(table.count == 2)
        #expect(table.removeQuietest() === channels[1])
        #expect(table.removeQuietest() === channels[2])
        #expect(table.removeQuietest() === nil)
    }
}

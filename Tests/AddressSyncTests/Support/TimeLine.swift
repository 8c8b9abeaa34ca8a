import TestSupport

/// What is going to happen, the soonest first; of what happens at one time, what was inserted first.
struct TimeLine<Event> {
    private struct Item {
        var time: VirtualInstant
        var number: Int
        var event: Event

        static func < (a: Item, b: Item) -> Bool { (a.time, a.number) < (b.time, b.number) }
    }

    /// A binary heap.
    private var items: [Item] = []
    private var lastNumber = 0

    mutating func insert(_ event: Event, at time: VirtualInstant) {
        lastNumber += 1
        items.append(Item(time: time, number: lastNumber, event: event))
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// - Returns: `nil` where nothing happens until `end`.
    mutating func popFirst(until end: VirtualInstant) -> (time: VirtualInstant, event: Event)? {
        guard let first = items.first, first.time <= end else { return nil }
        items.swapAt(0, items.count - 1)
        items.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
                least = child
            }
            guard least != parent else { break }
            items.swapAt(parent, least)
            parent = least
        }
        return (first.time, first.event)
    }
}

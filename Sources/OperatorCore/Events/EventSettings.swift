/// How many events an ``EventRecorder`` posts at most, and how it folds those that are alike.
///
/// The defaults are those of client-go: no more than 25 about one object at once and one every five minutes from then on;
/// more than ten in ten minutes that differ only in their messages become one.
public struct EventSettings: Hashable, Sendable {
    /// How many events about one object may come at once.
    public var burst = 25
    /// How long it takes until one more may come.
    public var refill: Duration = .seconds(300)
    /// So many events about one object that differ only in their messages are posted one by one.
    public var maximumSimilar = 10
    /// How long after the last one events still count as similar or equal to it.
    public var window: Duration = .seconds(600)
    /// How many different events and objects are remembered. With more, the one that was seen longest ago is forgotten.
    public var memory = 256
    /// How many events wait to be posted. Further ones are dropped.
    public var queue = 64
    /// Longest that one request may take.
    public var requestTimeout: Duration = .seconds(5)
    /// How often an event is tried before it is dropped.
    public var tries = 3
    /// How long nothing is posted after the server refused it (401, 403).
    public var refusalPause: Duration = .seconds(600)

    public init() {}
}

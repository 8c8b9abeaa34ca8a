import TestSupport
import Testing

@testable import ClusterSimulator

@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    @Test func sendsWhatHappens() async throws {
        try await withAPIServer { server, client async throws in
            var watch = try await client.watch("\(maps)?watch=1&resourceVersion=\(server.resourceVersion)")
            try server.put(["metadata": ["name": "c"], "data": ["a": "1"]], as: .configMaps, namespace: "default")
            #expect(try await watch.next() == "ADDED c")
            try server.put(["metadata": ["name": "x"]], as: .configMaps, namespace: "kube-system")
            try server.patch(.configMaps, "c", namespace: "default", with: ["data": ["a": "2"]])
            let event = try #require(try await watch.nextEvent())
            #expect(event["type"] == "MODIFIED")
            #expect(event[path: "object", "data", "a"] == "2")
            try server.delete(.configMaps, "c", namespace: "default")
            #expect(try await watch.next() == "DELETED c")
            #expect(server.openWatches == 1)
            server.endWatches()
            #expect(try await watch.next() == nil)
        }
    }

    @Test func objectsEnterAndLeaveASelection() async throws {
        try await withAPIServer { server, client async throws in
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            var watch = try await client.watch(
                "\(maps)?watch=1&labelSelector=on%3Dyes&resourceVersion=\(server.resourceVersion)")
            for value in ["yes", "no", "yes"] {
                try server.patch(
                    .configMaps, "c", namespace: "default", with: ["metadata": ["labels": ["on": .string(value)]]])
            }
            #expect(try await watch.next() == "ADDED c")
            #expect(try await watch.next() == "DELETED c")
            #expect(try await watch.next() == "ADDED c")
        }
    }

    @Test func forgottenPositionsHaveExpired() async throws {
        try await withAPIServer { server, client async throws in
            let old = server.resourceVersion
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            server.compact()
            var watch = try await client.watch("\(maps)?watch=1&resourceVersion=\(old)")
            #expect(watch.status == 200)
            let event = try #require(try await watch.nextEvent())
            #expect(event["type"] == "ERROR")
            #expect(event[path: "object", "code"] == 410)
            #expect(event[path: "object", "message"]?.string == "too old resource version: \(old) (\(old + 1))")
            #expect(try await watch.nextEvent() == nil)
            var current = try await client.watch("\(maps)?watch=1&resourceVersion=\(server.resourceVersion)")
            try server.delete(.configMaps, "c", namespace: "default")
            #expect(try await current.next() == "DELETED c")
        }
    }

    @Test func aFullHistoryForgetsTheOldest() throws {
        var store = ObjectStore(resourceVersion: 1, historyLimit: 8)
        let key = ObjectStore.Key(storage: "configmaps", namespace: "n", name: "c")
        for number in 0..<100 { _ = store.put(["data": ["n": .integer(Int64(number))]], at: key) }
        #expect(store.resourceVersion == 101)
        #expect(store.compactedVersion >= 90)
        #expect(store.changes(after: store.compactedVersion).count >= 8)
        #expect(store.changes(after: 101).isEmpty)
        #expect(store.changes(after: 100).first?.resourceVersion == 101)
    }

    @Test func bookmarksTellNewsAtTheirIntervalAndBeforeTheEnd() async throws {
        let clock = VirtualClock()
        var configuration = SimulatedAPIServer.Configuration()
        configuration.clock = clock
        try await withAPIServer(configuration) { server, client async throws in
            let start = server.resourceVersion
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            var watch = try await client.watch(
                "\(maps)?watch=1&resourceVersion=\(start)&allowWatchBookmarks=true&timeoutSeconds=75")
            #expect(try await watch.next() == "ADDED c")
            try server.put(["metadata": ["name": "news"]], as: .configMaps, namespace: "kube-system")
            for offset in [60, 73] {
                await clock.advanceToNextAlarm()
                #expect(clock.now.offset == .seconds(offset))
                let event = try await watch.nextEvent()
                #expect(event?["type"] == "BOOKMARK")
                #expect(event?[path: "object", "metadata", "resourceVersion"]?.string == "\(server.resourceVersion)")
            }
            await clock.advanceToNextAlarm()
            #expect(try await watch.nextEvent() == nil)
            #expect(clock.now.offset == .seconds(75))
        }
    }

    /// The real server, too, is silent where nothing of the kind has changed since the watch began.
    @Test func withoutNewsThereIsNoBookmark() throws {
        var store = ObjectStore()
        var request = SimulatedRequest(method: "GET", target: "\(maps)?watch=1&allowWatchBookmarks=true")
        request.target += "&resourceVersion=\(store.resourceVersion)"
        var feed = WatchFeed(resource: .configMaps, namespace: "default", options: try ListOptions(request))
        #expect(feed.begin(store).lines.isEmpty)
        #expect(feed.bookmarkDue(store, onlyNews: true).lines.isEmpty)
        #expect(feed.bookmarkDue(store, onlyNews: false).lines.count == 1)
        _ = store.put([:], at: .init(storage: "configmaps", namespace: "elsewhere", name: "c"))
        #expect(feed.bookmarkDue(store, onlyNews: true).lines.count == 1)
        #expect(feed.bookmarkDue(store, onlyNews: true).lines.count == 1)
    }

    @Test func bookmarksOnDemandGoToThoseWhoAllowThem() async throws {
        try await withAPIServer { server, client async throws in
            var willing = try await client.watch("\(maps)?watch=1&resourceVersion=1&allowWatchBookmarks=true")
            var unwilling = try await client.watch("\(maps)?watch=1&resourceVersion=1")
            while server.openWatches < 2 { await Task.yield() }
            server.sendBookmarks()
            #expect(try await willing.next() == "BOOKMARK")
            try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
            #expect(try await unwilling.next() == "ADDED c")
        }
    }

    @Test func aLeaseBookmarkHasAnEmptySpec() async throws {
        try await withAPIServer { server, client async throws in
            var watch = try await client.watch(
                "/apis/coordination.k8s.io/v1/namespaces/default/leases?watch=1&allowWatchBookmarks=true"
                    + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
            let line = try await watch.nextLine()
            #expect(line?.contains(#""annotations":{"k8s.io/initial-events-end":"true"}},"spec":{}}"#) == true)
        }
    }

    @Test func droppedConnectionsEndWatches() async throws {
        try await withAPIServer { server, client async throws in
            var watch = try await client.watch("\(maps)?watch=1&resourceVersion=1")
            server.dropConnections()
            await #expect(throws: (any Error).self) { try await watch.nextLine() }
            while server.openWatches > 0 { await Task.yield() }
        }
    }

    @Test func clientsThatGoAwayAreForgotten() async throws {
        try await withAPIServer { server, client async throws in
            do {
                var watch: TestWatch? = try await client.watch("\(maps)?watch=1&resourceVersion=1")
                #expect(watch?.status == 200)
                watch = nil
            }
            while server.openWatches > 0 { await Task.yield() }
        }
    }

    @Test func manyWatchersSeeEveryWriteInOrder() async throws {
        try await withAPIServer { server, client async throws in
            let start = server.resourceVersion
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        var watch = try await client.watch("\(maps)?watch=1&resourceVersion=\(start)")
                        var seen: [String] = []
                        while seen.count < 20, let event = try await watch.nextEvent() {
                            seen.append(event[path: "object", "data", "n"]?.string ?? "")
                        }
                        return seen
                    }
                }
                for number in 0..<20 {
                    let data: OrderedJSON = ["n": .string("\(number)")]
                    try server.put(["metadata": ["name": "c"], "data": data], as: .configMaps, namespace: "default")
                }
                for try await seen in group { #expect(seen == (0..<20).map(String.init)) }
            }
        }
    }
}

import Synchronization
import TestSupport
import Testing

@testable import OperatorCore

/// What ``FencedConfigMapTests`` does not say: other resources, other places for the epoch, and epochs of other clusters.
@Suite(.timeLimit(.minutes(1))) struct FencedWriterTests {
    private struct Site: KubernetesResource {
        static let type = ResourceType(group: "example.com", version: "v1", kind: "Site", plural: "sites")
        var json: JSONValue
        var address: String? {
            get { json[["spec", "address"]]?.string }
            set { json[["spec", "address"]] = newValue.map(JSONValue.string) }
        }
    }

    private let api = MemoryAPI()
    private static let annotation = "example.com/epoch"

    private func writer<Resource: KubernetesResource>(
        _ epoch: UInt64, _ location: EpochLocation = .annotation(annotation), name: String = "s",
        holdsLease: Bool = true, report: @escaping @Sendable (FencedWriteReport) -> Void = { _ in }
    ) -> FencedWriter<Resource> {
        FencedWriter(
            api: api, namespace: "n", name: name, epoch: location,
            term: LeadershipTerm(epoch: Epoch(rawValue: epoch), identity: "me") { .seconds(10) }, report: report
        ) { holdsLease }
    }

    private func put(_ edit: (inout Site) -> Void) {
        var site = Site(name: "s")
        edit(&site)
        api.put(site, namespace: "n")
    }

    @Test func onlyWhatDiffersIsSent() async throws {
        put { site in
            site.address = "192.0.2.1"
            site.json[["spec", "unknown"]] = ["keep": true]
            site.json[["metadata", "annotations"]] = ["other": "stays"]
        }
        let writer: FencedWriter<Site> = writer(50)
        let claimed = try await writer.claim()
        #expect(claimed.address == "192.0.2.1")
        let written = try await writer.write { $0.address = "192.0.2.2" }
        #expect(written.json[["spec", "unknown", "keep"]] == true)
        #expect(written.json[["metadata", "annotations"]] == ["other": "stays", "example.com/epoch": "50"])
        let patch = try #require(api.requests.last?.body)
        #expect(patch["spec"] == ["address": "192.0.2.2"])
        #expect(patch.object?.keys.sorted() == ["metadata", "spec"])
        #expect(patch[["metadata", "resourceVersion"]]?.string == claimed.resourceVersion)
    }

    @Test func aMissingObjectIsCreated() async throws {
        let writer: FencedWriter<Site> = writer(50, .path("spec", "epoch"))
        _ = try await writer.claim { site in
            site.address = "192.0.2.1"
            // Neither of these is the caller's to choose.
            site.json[["spec", "epoch"]] = "9"
            site.json[["metadata", "name"]] = "elsewhere"
        }
        let stored = try #require(api.stored(Site.self, "s", namespace: "n"))
        #expect(stored.json["spec"] == ["address": "192.0.2.1", "epoch": "50"])
        #expect(stored.json["kind"] == "Site")
    }

    @Test func theEpochSurvivesTheRemovalOfWhatSurroundsIt() async throws {
        put { $0.json["spec"] = ["address": "192.0.2.1", "epoch": "40", "more": ["a": 1]] }
        let writer: FencedWriter<Site> = writer(50, .path("spec", "epoch"))
        _ = try await writer.claim { $0.json["spec"] = nil }
        #expect(api.stored(Site.self, "s", namespace: "n")?.json["spec"] == ["epoch": "50"])
    }

    // MARK: Epochs of other clusters

    /// The versions of the store are a little above 100.
    @Test func anEpochFromAnotherClusterIsWrittenOver() async throws {
        put { $0.json[["metadata", "annotations"]] = ["example.com/epoch": "184467"] }
        let version = try #require(api.stored(Site.self, "s", namespace: "n")?.resourceVersion)
        let seen = Seen()
        let writer: FencedWriter<Site> = writer(50) { seen.add($0) }
        let claimed = try await writer.claim { $0.address = "192.0.2.1" }
        #expect(claimed.json[["metadata", "annotations", Self.annotation]] == "50")
        #expect(seen.all == [.claimedOverImpossibleEpoch(Epoch(rawValue: 184_467), version: version)])
        #expect(seen.all.first?.description.contains("184467") == true)
    }

    /// Whatever the numbers say, only the holder of the Lease may write over an epoch that is higher than its own.
    @Test func notByALeaderThatHasLostItsLease() async throws {
        put { $0.json[["metadata", "annotations"]] = ["example.com/epoch": "184467"] }
        let writer: FencedWriter<Site> = writer(50, holdsLease: false)
        let error = await #expect(throws: FencedWriteError.self) { _ = try await writer.claim() }
        #expect(error == .termOver)
        #expect(api.verbs == ["get"])
    }

    @Test func anEpochThatThisClusterCanHaveGivenIsRespected() async throws {
        put { $0.json[["metadata", "annotations"]] = ["example.com/epoch": "101"] }
        let writer: FencedWriter<Site> = writer(50)
        let error = await #expect(throws: FencedWriteError.self) { _ = try await writer.claim() }
        #expect(error == .superseded(by: Epoch(rawValue: 101)))
    }

    /// A server whose versions are no numbers: nothing can be told from them.
    @Test func versionsThatAreNoNumbersProveNothing() {
        var site = Site(name: "s")
        site.resourceVersion = "v1:abc"
        #expect(!EpochLocation.isImpossible(Epoch(rawValue: .max), in: site))
        site.resourceVersion = nil
        #expect(!EpochLocation.isImpossible(Epoch(rawValue: .max), in: site))
        site.resourceVersion = "7"
        #expect(EpochLocation.isImpossible(Epoch(rawValue: 8), in: site))
        #expect(!EpochLocation.isImpossible(Epoch(rawValue: 7), in: site))
    }

    @Test func aConfigMapThatWasRestoredInMidTermIsClaimedAgain() async throws {
        let seen = Seen()
        let fenced = FencedConfigMap(
            api: api, namespace: "n", name: "m",
            term: LeadershipTerm(epoch: Epoch(rawValue: 50), identity: "me") { .seconds(10) },
            report: { seen.add($0) }
        ) { true }
        _ = try await fenced.claim()
        var restored = ConfigMap(name: "m")
        restored.data = ["ipv4": "198.51.100.1", "epoch": "9000000"]
        api.put(restored, namespace: "n")
        #expect(try await fenced.write { _ in ["ipv4": "192.0.2.1"] } == ["ipv4": "192.0.2.1", "epoch": "50"])
        #expect(seen.all.count == 1)
    }

    private final class Seen: Sendable {
        private let reports = Mutex<[FencedWriteReport]>([])
        var all: [FencedWriteReport] { reports.withLock(\.self) }
        func add(_ report: FencedWriteReport) { reports.withLock { $0.append(report) } }
    }
}

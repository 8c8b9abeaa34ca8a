import NetworkPrimitives
import OperatorCore
import Synchronization
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

@Suite struct ServiceDetectorTests {
    static let reference = ServiceReference(namespace: "web", name: "front")

    static func service(_ ingress: [JSONValue], type: String = "LoadBalancer") -> KubernetesService {
        KubernetesService(json: [
            "metadata": ["name": "front", "namespace": "web", "resourceVersion": "7"],
            "spec": ["type": .string(type)], "status": ["loadBalancer": ["ingress": .array(ingress)]],
        ])
    }

    /// A cluster with one Service, or none.
    final class Cluster: KubernetesAPI {
        private struct State {
            var service: Result<KubernetesService, KubernetesError>
            var reads = 0
            var tell: (@Sendable (KubernetesService) -> Void)?
        }

        private let state: Mutex<State>
        private let unused = KubernetesError(.unexpectedAnswer, message: "not part of these tests")

        init(_ service: Result<KubernetesService, KubernetesError>) { state = Mutex(State(service: service)) }

        var reads: Int { state.withLock { $0.reads } }

        func set(_ service: Result<KubernetesService, KubernetesError>) {
            let tell = state.withLock { state in
                state.service = service
                return state.tell
            }
            if case .success(let service) = service { tell?(service) }
        }

        func get<Resource: KubernetesResource>(
            _ type: Resource.Type, name: String, namespace: String, timeout: Duration
        ) async throws(KubernetesError) -> Resource {
            let service = state.withLock { state in
                state.reads += 1
                return state.service
            }
            guard name == "front", namespace == "web" else { throw unused }
            return Resource(json: try service.get().json)
        }

        func list<Resource: KubernetesResource>(
            _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
        ) async throws(KubernetesError) -> KubernetesList<Resource> {
            let service = try state.withLock { $0.service }.get()
            return KubernetesList(items: [Resource(json: service.json)], resourceVersion: "7")
        }

        func watch<Resource: KubernetesResource>(
            _ type: Resource.Type, namespace: String, options: WatchOptions
        ) async throws(KubernetesError) -> WatchStream<Resource> {
            let (stream, events) = AsyncThrowingStream.makeStream(of: WatchEvent<Resource>.self)
            // As a server does, which sends what has changed since the list.
            state.withLock { state in
                state.tell = { events.yield(.modified(Resource(json: $0.json))) }
                if case .success(let service) = state.service { state.tell?(service) }
            }
            return stream
        }

        func create<Resource: KubernetesResource>(
            _ object: Resource, namespace: String, timeout: Duration
        ) async throws(KubernetesError) -> Resource { throw unused }

        func update<Resource: KubernetesResource>(
            _ object: Resource, namespace: String, timeout: Duration
        ) async throws(KubernetesError) -> Resource { throw unused }

        func mergePatch<Resource: KubernetesResource>(
            _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
        ) async throws(KubernetesError) -> Resource { throw unused }

        func delete<Resource: KubernetesResource>(
            _ type: Resource.Type, name: String, namespace: String, timeout: Duration
        ) async throws(KubernetesError) { throw unused }
    }

    /// Names and their addresses.
    final class Names: Sendable {
        private let table: Mutex<[String: [AddressSet]]>
        init(_ table: [String: [AddressSet]]) { self.table = Mutex(table) }
        func set(_ name: String, _ addresses: [AddressSet]) { table.withLock { $0[name] = addresses } }
        func addresses(of name: String) throws(SourceError) -> [IPAddress] {
            guard let found = table.withLock({ $0[name] }) else {
                throw SourceError(.unresolvable, "\(name): name not resolved")
            }
            return found.map(\.first)
        }
    }

    private func detector(_ cluster: Cluster, _ names: Names = Names([:])) -> ServiceDetector {
        ServiceDetector(Self.reference, api: cluster, settings: QuorumSettings(quorum: 1, allowNonGlobal: true)) {
            name, _ throws(SourceError) in try names.addresses(of: name)
        }
    }

    @Test func publishesTheLoadBalancersAddress() async {
        let detector = detector(Cluster(.success(Self.service([["ip": .string("\(addressA)")]]))))
        let verdict = await detector.detect(published: nil)
        #expect(verdict.condition == .confirmed(addressA.first) && verdict.address == addressA.first)
        #expect(verdict.votesSummary() == "service/web/front=\(addressA)")
        #expect(await detector.probe().address == addressA.first)
    }

    @Test func resolvesHostNamesAndNoticesTheirChanges() async {
        let names = Names(["lb.example.net": [addressC, addressB]])
        let detector = detector(Cluster(.success(Self.service([["hostname": "lb.example.net"]]))), names)
        let first = await detector.detect(published: nil)
        #expect(first.condition == .multipleEgress([addressB.first, addressC.first]))
        #expect(first.address == addressB.first)
        // What is published stays while it is among them, in whatever order the resolver gives them.
        #expect(await detector.detect(published: addressC.first).address == addressC.first)
        #expect(await detector.probe().address == addressC.first)
        names.set("lb.example.net", [addressA])
        #expect(await detector.probe().address == addressA.first)
        #expect(await detector.detect(published: addressC.first).condition == .confirmed(addressA.first))
        names.set("lb.example.net", [])
        #expect(await detector.detect(published: addressA.first).address == nil)
    }

    static let nowhere: [(KubernetesService?, String)] = [
        (service([]), "no address yet"), (nil, "does not exist"),
        (service([["ip": "203.0.113.1"]], type: "ClusterIP"), "expected LoadBalancer"),
        (service([["ip": "not an address"]]), "which is none"), (service([["hostname": "no name"]]), "which is none"),
        (service([["ip": "2001:db8::1"]]), "no IPv4 address"), (service([["hostname": "gone.example.net"]]), "gone"),
    ]

    @Test(arguments: nowhere)
    func whatIsNotReachedChangesNothing(_ service: KubernetesService?, _ expected: String) async {
        let missing = KubernetesError(.status(404, reason: "NotFound"), message: "not found")
        let detector = detector(Cluster(service.map { .success($0) } ?? .failure(missing)))
        let verdict = await detector.detect(published: addressA.first)
        #expect(verdict.address == nil && verdict.condition.name == "Unconfirmed")
        #expect(verdict.description.contains(expected), "\(verdict)")
    }

    @Test func anInnerLoadBalancerIsNotPublished() async {
        let detector = ServiceDetector(
            Self.reference, api: Cluster(.success(Self.service([["ip": "10.1.2.3"]]))), settings: QuorumSettings())
        let verdict = await detector.detect(published: nil)
        #expect(verdict.description.contains("10.0.0.0/8") && verdict.address == nil)
    }

    @Test func aMissingPermissionIsNamed() async {
        let error = KubernetesError(.status(403, reason: "Forbidden"), message: "forbidden")
        let verdict = await detector(Cluster(.failure(error))).detect(published: addressA.first)
        #expect(verdict.description.contains("needs get, list and watch"))
    }

    @Test func aChangeOfTheServiceIsPublishedAtOnce() async {
        let cluster = Cluster(.success(Self.service([["ip": .string("\(addressA)")]])))
        let detector = detector(cluster)
        let (published, feed) = AsyncStream.makeStream(of: PublishedAddress.self)
        // No probe comes to its help: this clock stands still.
        let loop = AddressLoop(
            settings: PublishingSettings(), detector: detector, clock: VirtualClock(), wallClock: { wallTime() },
            tell: { _ in }, decided: { _ in },
            publish: { content in
                feed.yield(content)
                return .done
            })
        await withDiscardingTaskGroup { group in
            group.addTask { await loop.run(previous: PublishedAddress(), leader: "me") }
            var publications = published.makeAsyncIterator()
            #expect(await publications.next()?.addresses == addressA)
            cluster.set(.success(Self.service([["ip": .string("\(addressB)")]])))
            #expect(await publications.next()?.addresses == addressB)
            group.cancelAll()
        }
    }

    @Test func noNodePutsItsOwnAddressInThePlaceOfAService() throws {
        let settings = try SettingsFixture.updater(["ADDRESS_SOURCE": "service/web/front"])
        let cluster = Cluster(.success(Self.service([])))
        let own = try settings.detection.makeOwnDetecting(
            http: NoTransport(), api: cluster, spacing: .zero, node: "node-1", logger: Samples.logger)
        #expect(own is ServiceDetector)
        let held = try SettingsFixture.updater(["ADDRESS_SOURCE": "interface"])
        let keeping = try held.detection.makeOwnDetecting(
            http: NoTransport(), api: cluster, spacing: .zero, node: "node-1", logger: Samples.logger)
        #expect(keeping is HeldAddress)
    }
}

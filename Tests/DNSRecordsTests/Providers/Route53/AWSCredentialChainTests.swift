import Foundation
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

@Suite struct AWSCredentialChainTests {
    private final class Clock: Sendable {
        private let time = Mutex(FakeAWSServices.now)
        var wall: WallClock { WallClock { self.time.withLock { $0 } } }
        func move(_ seconds: Int64) { time.withLock { $0 = UInt64(Int64($0) + seconds) } }
    }

    private func chain(_ services: FakeAWSServices, _ clock: Clock) throws -> AWSCredentialChain {
        AWSCredentialChain([try AWSCredentialSourceTests.Place.podIdentity.source(services)], clock: clock.wall)
    }

    @Test func keepsCredentialsUntilShortlyBeforeTheyExpire() async throws {
        let (services, clock) = (FakeAWSServices(lifetime: 3600), Clock())
        let chain = try chain(services, clock)
        #expect(try await chain.current().accessKeyID == "ASIA1")
        clock.move(3299)
        #expect(try await chain.current().accessKeyID == "ASIA1")
        #expect(services.requests.count == 1)
        clock.move(1)
        #expect(try await chain.current().accessKeyID == "ASIA2")
        #expect(services.requests.count == 2)
    }

    @Test func credentialsThatWereForgottenOrGotWithAnotherSecretAreLoadedAnew() async throws {
        struct Place: AWSCredentialSource {
            let token: SecretSource
            let inner: any AWSCredentialSource
            var title: String { inner.title }
            var secretRevision: SecretRevision { SecretRevision(token) }
            func load() async throws(ProviderError) -> AWSCredentials? { try await inner.load() }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("one".utf8).write(to: file)
        let (services, clock) = (FakeAWSServices(lifetime: 3600), Clock())
        let place = Place(
            token: try SecretSource(file: file.path),
            inner: try AWSCredentialSourceTests.Place.podIdentity.source(services))
        let chain = AWSCredentialChain([place], clock: clock.wall)
        #expect(try await chain.current().accessKeyID == "ASIA1")
        #expect(try await chain.current().accessKeyID == "ASIA1")
        chain.forget()
        #expect(try await chain.current().accessKeyID == "ASIA2")
        try Data("two".utf8).write(to: file)
        #expect(try await chain.current().accessKeyID == "ASIA3")
        #expect(try await chain.current().accessKeyID == "ASIA3")
    }

    @Test func keepsThemWhileNoOthersAreToBeHad() async throws {
        let (services, clock) = (FakeAWSServices(lifetime: 3600), Clock())
        let chain = try chain(services, clock)
        _ = try await chain.current()
        services.fault = .broken
        clock.move(3400)
        #expect(try await chain.current().accessKeyID == "ASIA1")
        #expect(try await chain.current().accessKeyID == "ASIA1")
        // Not asked for again at once.
        #expect(services.requests.count == 2)
        clock.move(30)
        #expect(try await chain.current().accessKeyID == "ASIA1")
        #expect(services.requests.count == 3)
        // Too late for a request to arrive with them.
        clock.move(161)
        await #expect(throws: ProviderError.self) { try await chain.current() }
        await #expect(throws: ProviderError.self) { try await chain.current() }
        #expect(services.requests.count == 5)
        services.fault = .expired
        await #expect(throws: ProviderError.self) { try await chain.current() }
    }

    @Test func aClockThatIsSetBackPutsNothingOff() async throws {
        let (services, clock) = (FakeAWSServices(lifetime: 200), Clock())
        let chain = try chain(services, clock)
        _ = try await chain.current()
        clock.move(-1000)
        // 1200 s are left by this clock.
        #expect(try await chain.current().accessKeyID == "ASIA1")
        clock.move(950)
        #expect(try await chain.current().accessKeyID == "ASIA2")
    }

    @Test func whatAWSRefusesIsNotUsedAgain() async throws {
        let (services, clock) = (FakeAWSServices(), Clock())
        let chain = try chain(services, clock)
        let first = try await chain.current()
        chain.refused(first)
        let second = try await chain.current()
        #expect(second.accessKeyID == "ASIA2")
        // Somebody else noticed late.
        chain.refused(first)
        #expect(try await chain.current() == second)
    }

    @Test func asksOnePlaceAfterTheOther() async throws {
        struct Place: AWSCredentialSource {
            var title: String
            var answer: Result<AWSCredentials?, ProviderError>
            func load() async throws(ProviderError) -> AWSCredentials? { try answer.get() }
        }
        let credentials = AWSCredentials(accessKeyID: "A", secretAccessKey: SecretValue("s"), origin: "x")
        let empty = Place(title: "nothing", answer: .success(nil))
        let full = Place(title: "something", answer: .success(credentials))
        let broken = Place(title: "broken", answer: .failure(ProviderError(.temporary, "no")))
        func load(_ places: Place...) async throws -> AWSCredentials {
            try await AWSCredentialChain(places, clock: Clock().wall).current()
        }
        #expect(try await load(empty, full, broken) == credentials)
        // What is configured and fails is not replaced by somebody else's credentials.
        await #expect(throws: ProviderError(.temporary, "no")) { try await load(empty, broken, full) }
        await #expect {
            try await load(empty, empty)
        } throws: {
            ($0 as? ProviderError)?.kind == .refused && "\($0)".contains("looked for in nothing, nothing")
        }
    }

    @Test func aProviderRenewsWhatWasRefused() async throws {
        let zone = FakeZone("example.com")
        var signature = FakeAWSSignature(now: FakeRoute53.now)
        (signature.accessKeyID, signature.secret) = ("ASIA2", "temporary-secret-2")
        signature.sessionToken = "temporary-token-2"
        let fake = FakeRoute53([.init(id: "Z1", zone: zone)], signature: signature)
        let source = try AWSCredentialSourceTests.Place.webIdentity.source(FakeAWSServices())
        let provider = try Route53Provider.against(fake, sources: [source])
        let set = RecordSet(
            name: try #require(RecordName("home.example.com")), address: try #require(IPAddress("198.51.100.7")))
        guard case .refused(let message) = await provider.apply(set) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(message.contains("the web identity for arn:aws:iam::123456789012:role/dns"))
        guard case .created = await provider.apply(set) else {
            Issue.record("the next credentials were not used")
            return
        }
    }
}

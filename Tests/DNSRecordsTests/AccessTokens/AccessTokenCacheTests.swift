import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DNSRecords

@Suite struct AccessTokenCacheTests {
    private let uptime = FakeUptime()

    private func token(_ text: String, _ lifetime: Duration = .seconds(3600)) throws -> AccessToken {
        try #require(AccessToken(text, lifetime: lifetime))
    }

    /// Hands out tokens, or errors, in order.
    private final class Issuer: Sendable {
        let answers: Mutex<[Result<AccessToken, ProviderError>]>
        init(_ answers: [Result<AccessToken, ProviderError>]) { self.answers = Mutex(answers) }

        func next() throws(ProviderError) -> AccessToken {
            try answers.withLock {
                $0.isEmpty ? .failure(ProviderError(.permanent, "asked too often")) : $0.removeFirst()
            }
            .get()
        }

        var left: Int { answers.withLock { $0.count } }
    }

    private func cache(_ issuer: Issuer) -> AccessTokenCache {
        AccessTokenCache(uptime: uptime.read) { () async throws(ProviderError) in try issuer.next() }
    }

    @Test func aTokenIsUsedUntilShortlyBeforeItsEnd() async throws {
        let issuer = Issuer([.success(try token("one")), .success(try token("two"))])
        let cache = cache(issuer)
        #expect(try await cache.token().exposed == "one")
        uptime.advance(by: .seconds(3299))
        #expect(try await cache.token().exposed == "one")
        uptime.advance(by: .seconds(1))
        #expect(try await cache.token().exposed == "two")
        #expect(issuer.left == 0)
    }

    @Test func aShortLivedTokenIsUsedAsWell() async throws {
        let issuer = Issuer([.success(try token("one", .seconds(40))), .success(try token("two"))])
        let cache = cache(issuer)
        #expect(try await cache.token().exposed == "one")
        uptime.advance(by: .seconds(29))
        #expect(try await cache.token().exposed == "one")
        uptime.advance(by: .seconds(1))
        #expect(try await cache.token().exposed == "two")
    }

    @Test func anOldTokenServesWhileItsIssuerIsAway() async throws {
        let away = ProviderError(.temporary, "away")
        let issuer = Issuer([.success(try token("one")), .failure(away), .failure(away), .success(try token("two"))])
        let cache = cache(issuer)
        _ = try await cache.token()
        uptime.advance(by: .seconds(3400))
        #expect(try await cache.token().exposed == "one")
        uptime.advance(by: .seconds(200))
        await #expect(throws: away) { try await cache.token() }
        // A failure is not remembered.
        #expect(try await cache.token().exposed == "two")
    }

    @Test func aTokenOfReplacedSecretsIsNotUsedAgain() async throws {
        let away = ProviderError(.refused, "the secret is wrong")
        let issuer = Issuer([.success(try token("one")), .failure(away), .success(try token("two"))])
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("first".utf8).write(to: file)
        let source = try SecretSource(file: file.path)
        let cache = AccessTokenCache(uptime: uptime.read, secretRevision: { SecretRevision(source) }) {
            () async throws(ProviderError) in try issuer.next()
        }
        #expect(try await cache.token().exposed == "one")
        #expect(try await cache.token().exposed == "one")
        try Data("second".utf8).write(to: file)
        // The old token would do, but whoever replaced the secret has to hear that the new one does not.
        await #expect(throws: away) { try await cache.token() }
        #expect(try await cache.token().exposed == "two")
        #expect(issuer.left == 0)
    }

    @Test func aTokenCanBeForgotten() async throws {
        let issuer = Issuer([.success(try token("one")), .success(try token("two"))])
        let cache = cache(issuer)
        _ = try await cache.token()
        cache.forget()
        #expect(try await cache.token().exposed == "two")
    }

    @Test func aRejectedTokenIsReplacedAndAnOlderRejectionDoesNoHarm() async throws {
        let issuer = Issuer([.success(try token("one")), .success(try token("two"))])
        let cache = cache(issuer)
        let first = try await cache.token()
        cache.reject(first)
        #expect(try await cache.token().exposed == "two")
        cache.reject(first)
        #expect(try await cache.token().exposed == "two")
    }

    @Test(arguments: ["", "a b", "a\r\nX-Injected: 1", "é"])
    func whatCannotStandInAHeaderIsNoToken(text: String) {
        #expect(AccessToken(text, lifetime: .seconds(60)) == nil)
    }

    @Test func aLifetimeIsWithinReason() throws {
        #expect(AccessToken("t", lifetime: .zero) == nil && AccessToken("t", lifetime: .seconds(-5)) == nil)
        #expect(try token("t", .seconds(1 << 31)).lifetime == .seconds(86_400))
    }

    // MARK: Many at once

    @Test(arguments: [true, false])
    func manyWhoAskAtOnceShareOneFetch(succeeds: Bool) {
        let time = VirtualTime()
        let gate = Gate()
        let fetches = Mutex(0)
        let cache = AccessTokenCache(uptime: uptime.read) { () async throws(ProviderError) in
            fetches.withLock { $0 += 1 }
            await gate.wait()
            guard succeeds, let token = AccessToken("shared", lifetime: .seconds(60)) else {
                throw ProviderError(.refused, "no")
            }
            return token
        }
        let results = Mutex<[Result<String, ProviderError>]>([])
        for _ in 0..<50 {
            time.start {
                let result: Result<String, ProviderError>
                do throws(ProviderError) {
                    result = .success(try await cache.token().exposed)
                } catch {
                    result = .failure(error)
                }
                results.withLock { $0.append(result) }
            }
        }
        time.settle()
        #expect(fetches.withLock { $0 } == 1 && results.withLock { $0.isEmpty })
        gate.open()
        time.settle()
        let expected: Result<String, ProviderError> = succeeds ? .success("shared") : .failure(.init(.refused, "no"))
        #expect(results.withLock { $0 } == Array(repeating: expected, count: 50))
        #expect(fetches.withLock { $0 } == 1)
    }

    @Test func whoWaitsForACancelledFetchFetches() throws {
        let time = VirtualTime()
        let gates = [Gate(), Gate()]
        let fetches = Mutex(0)
        let cache = AccessTokenCache(uptime: uptime.read) { () async throws(ProviderError) in
            let number = fetches.withLock { count in
                defer { count += 1 }
                return count
            }
            await gates[number].wait()
            guard !Task.isCancelled, let token = AccessToken("token-\(number)", lifetime: .seconds(60)) else {
                throw ProviderError(.temporary, "cancelled")
            }
            return token
        }
        let first = time.start { try? await cache.token() }
        time.settle()
        let seen = Mutex<[String?]>([])
        for _ in 0..<3 {
            time.start {
                let token = try? await cache.token().exposed
                seen.withLock { $0.append(token) }
            }
        }
        time.settle()
        first.cancel()
        time.settle()
        #expect(fetches.withLock { $0 } == 2 && seen.withLock { $0.isEmpty })
        gates[1].open()
        time.settle()
        #expect(seen.withLock { $0 } == ["token-1", "token-1", "token-1"])
    }

    @Test func whoIsCancelledWhileWaitingGoesAtOnce() throws {
        let time = VirtualTime()
        let gate = Gate()
        let cache = AccessTokenCache(uptime: uptime.read) { () async throws(ProviderError) in
            await gate.wait()
            guard let token = AccessToken("late", lifetime: .seconds(60)) else { throw ProviderError(.permanent, "") }
            return token
        }
        let fetched = Mutex<String?>(nil)
        time.start {
            let token = try? await cache.token().exposed
            fetched.withLock { $0 = token }
        }
        time.settle()
        let error = Mutex<ProviderError?>(nil)
        let waiter = time.start {
            do throws(ProviderError) {
                _ = try await cache.token()
            } catch let caught {
                error.withLock { $0 = caught }
            }
        }
        time.settle()
        waiter.cancel()
        time.settle()
        #expect(error.withLock { $0 }?.kind == .temporary)
        #expect(fetched.withLock { $0 } == nil)
        gate.open()
        time.settle()
        #expect(fetched.withLock { $0 } == "late")
    }
}

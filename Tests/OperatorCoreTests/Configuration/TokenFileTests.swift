import OperatorCore
import TestSupport
import Testing

@Suite struct TokenFileTests {
    private let clock = VirtualClock()

    @Test func theFileIsReadAgainAfterAMinute() async throws {
        let files = MemoryFiles(["/token": " first\n"])
        let token = TokenFile(path: "/token", files: files.reader, clock: clock)
        #expect(try await token.bearerToken() == BearerToken("first"))
        files["/token"] = "second"
        clock.advance(by: .seconds(59))
        #expect(try await token.bearerToken() == BearerToken("first"))
        #expect(files.readCount == 1)
        clock.advance(by: .seconds(1))
        #expect(try await token.bearerToken() == BearerToken("second"))
        #expect(files.readCount == 2)
    }

    @Test(arguments: [nil, "", " \n", "half of a\ntoken"] as [String?])
    func aFileThatHoldsNoTokenLeavesTheOldOneInUse(content: String?) async throws {
        let files = MemoryFiles(["/token": "old"])
        let token = TokenFile(path: "/token", files: files.reader, clock: clock)
        _ = try await token.bearerToken()
        files["/token"] = content
        clock.advance(by: .seconds(60))
        #expect(try await token.bearerToken() == BearerToken("old"))
        // The next request looks again, without waiting for a minute.
        files["/token"] = "new"
        #expect(try await token.bearerToken() == BearerToken("new"))
    }

    @Test(arguments: [nil, "", "\n"] as [String?])
    func whereThereWasNeverATokenEachRequestFailsAndLooksAgain(content: String?) async throws {
        let files = MemoryFiles()
        files["/token"] = content
        let token = TokenFile(path: "/token", files: files.reader, clock: clock)
        for _ in 0..<2 {
            let error = await #expect(throws: KubernetesError.self) { try await token.bearerToken() }
            #expect(error?.failure == .configuration)
            #expect(error?.message.contains("/token") == true)
        }
        files["/token"] = "there"
        #expect(try await token.bearerToken() == BearerToken("there"))
    }

    @Test func aRefusedTokenIsReadAgainOnceByWhoeverUsedIt() async throws {
        let files = MemoryFiles(["/token": "old"])
        let token = TokenFile(path: "/token", files: files.reader, clock: clock)
        let old = try await token.bearerToken()
        files["/token"] = "new"
        await token.rejected(old)
        #expect(try await token.bearerToken() == BearerToken("new"))
        // The refusal of a request that was sent with the old token comes late, and says nothing about the new one.
        await token.rejected(old)
        _ = try await token.bearerToken()
        #expect(files.readCount == 2)
    }

    @Test func filesOfTheSystemAreRead() throws {
        #expect(try FileReader.system.read("/dev/null").isEmpty)
        let error = #expect(throws: FileReader.Failure.self) { try FileReader.system.read("/no/such/file") }
        #expect(error?.description == "/no/such/file: No such file or directory")
        #expect(throws: FileReader.Failure.self) { try FileReader.system.read("/") }
        #expect(throws: FileReader.Failure.self) { try FileReader.system.read("/dev/zero") }
    }
}

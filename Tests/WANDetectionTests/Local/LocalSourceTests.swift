import Foundation
import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct LocalSourceTests {
    @Test(arguments: [
        ("interface", LocalSource.interface(nil)), ("interface/ppp0", .interface("ppp0")),
        ("command:/usr/bin/ask  the router", .command(["/usr/bin/ask", "the", "router"])),
        ("file:/run/wan address", .file("/run/wan address")),
    ])
    func readsWhatSettingsSay(text: String, expected: LocalSource) throws {
        #expect(try LocalSource(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "eth0", "interface/", "interface/a b", "interface/sixteencharacter", "command:", "command:ask", "file:",
        "file:relative", "Interface",
    ])
    func refusesTheRest(text: String) {
        #expect(throws: LocalSource.ParseError.self) { try LocalSource(parsing: text) }
    }

    @Test func argumentsAreNotShown() throws {
        let source = AddressSource.local(try LocalSource(parsing: "command:/bin/ask --password secret"))
        #expect(source.description == "command:/bin/ask")
        #expect(source.isAuthenticated && source.transport.method == .local)
    }
}

/// Real commands and files.
@Suite struct LocalAddressClientTests {
    private let client = LocalAddressClient(commandTimeout: .seconds(60))
    private let seen = globalAddress(7)

    private func code(_ source: LocalSource, client: LocalAddressClient? = nil) async -> SourceError.Code? {
        do throws(SourceError) {
            _ = try await (client ?? self.client).address(from: source, family: .ipv4)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aCommandIsRunWithoutAShell() async throws {
        #expect(try await client.address(from: .command(["/bin/echo", "\(seen)"]), family: .ipv4) == seen)
        // A shell would make this an address.
        #expect(await code(.command(["/bin/echo", "$(echo \(seen))"])) == .invalidAnswer)
    }

    @Test func aCommandFindsAnEnvironmentOfItsOwn() async throws {
        let runner = CommandRunner(timeout: .seconds(60))
        let output = String(decoding: try await runner.output(of: ["/usr/bin/env"]), as: UTF8.self)
        #expect(Set(output.split(separator: "\n").map { $0.prefix { $0 != "=" } }) == ["PATH", "LC_ALL"])
    }

    @Test(arguments: [
        (["/bin/sh", "-c", "echo 93.184.216.7; exit 3"], SourceError.Code.rejected),
        (["/bin/sh", "-c", "kill -9 $$"], .rejected), (["/bin/echo"], .invalidAnswer),
        (["/bin/echo", "93.184.216.7 93.184.216.8"], .invalidAnswer), (["/bin/echo", "2606:4700::1"], .wrongFamily),
        (["/nowhere/to/be/found"], .failed), (["/bin/sh", "-c", "yes"], .invalidAnswer), (["/etc/hostname"], .failed),
    ])
    func aCommandThatFailsSaysNothing(words: [String], expected: SourceError.Code) async {
        #expect(await code(.command(words)) == expected)
    }

    @Test func aCommandThatDoesNotEndIsKilledWithItsChildren() async {
        let impatient = LocalAddressClient(commandTimeout: .milliseconds(100))
        #expect(await code(.command(["/bin/sh", "-c", "sleep 1000 & sleep 1000"]), client: impatient) == .timedOut)
        // Its output is closed, but it goes on.
        #expect(await code(.command(["/bin/sh", "-c", "exec >&-; sleep 1000"]), client: impatient) == .timedOut)
    }

    @Test func aCancelledCommandEndsSoon() async {
        let task = Task { await code(.command(["/bin/sleep", "1000"])) }
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func aFileHoldsOneAddress() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "esddns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "address").path
        try Data(" \(seen)\n".utf8).write(to: URL(filePath: file))
        #expect(try await client.address(from: .file(file), family: .ipv4) == seen)
        for (content, expected) in [
            ("", SourceError.Code.invalidAnswer), ("93.184.216.7\n93.184.216.8", .invalidAnswer), ("::1", .wrongFamily),
            (String(repeating: " ", count: 5000) + "93.184.216.7", .invalidAnswer), ("93.184.216", .invalidAnswer),
        ] {
            try Data(content.utf8).write(to: URL(filePath: file))
            #expect(await code(.file(file)) == expected, "\(content.prefix(40))")
        }
        #expect(await code(.file(directory.path)) == .invalidAnswer)
        #expect(await code(.file(file + ".missing")) == .failed)
        #expect(await code(.file("/dev/zero")) == .invalidAnswer)
    }

    @Test func thisMachineHasALoopbackInterface() async throws {
        let permissive = LocalAddressClient(allowNonGlobal: true)
        let loopback = try #require(try InterfaceTable.read().first { $0.isLoopback && $0.address.family == .ipv4 })
        let found = try await permissive.address(from: .interface(loopback.interface), family: .ipv4)
        #expect(found == loopback.address)
        #expect(await code(.interface(loopback.interface)) == .notPublishable)
        #expect(await code(.interface("nothere0")) == .unreachable)
    }

    @Test func nobodyHereKnowsWhatTheApplicationKnows() async {
        #expect(await code(.given("service/a/b")) == .failed)
    }
}

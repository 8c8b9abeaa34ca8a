import DNSRecords
import Testing

@testable import AddressSync

@Suite struct StateFileSettingTests {
    private func stateFile(_ setting: String?, directory: String? = nil) throws -> String? {
        var environment = SettingsFixture.prefixed(SettingsFixture.leastForUpdater)
        environment["ESDDNS_STATE_FILE"] = setting
        environment["STATE_DIRECTORY"] = directory
        return try StandaloneSettings(environment: environment, dependencies: SettingsFixture.dependencies()).stateFile
    }

    @Test func theFileIsWhereItIsSetOrWhereSystemdSays() throws {
        #expect(try stateFile(nil) == nil)
        #expect(try stateFile(nil, directory: "/var/lib/esddns") == "/var/lib/esddns/state.json")
        #expect(try stateFile(nil, directory: "/var/lib/a:/var/lib/b") == "/var/lib/a/state.json")
        #expect(try stateFile(nil, directory: "relative") == nil)
        #expect(try stateFile("/srv/esddns.json", directory: "/var/lib/esddns") == "/srv/esddns.json")
        #expect(try stateFile("none", directory: "/var/lib/esddns") == nil)
    }

    @Test(arguments: ["state.json", "/var/lib/"])
    func whatIsNoAbsolutePathIsAProblem(text: String) throws {
        let error = #expect(throws: SettingProblems.self) { try stateFile(text) }
        #expect(error?.problems.map(\.name) == ["ESDDNS_STATE_FILE"])
    }
}

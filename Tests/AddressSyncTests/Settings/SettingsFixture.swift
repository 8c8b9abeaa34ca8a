import CurlHTTP
import DNSRecords

@testable import AddressSync

/// Roles' settings out of an environment.
enum SettingsFixture {
    static let secret = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtYmUtc2VlbjEyMzQ="

    /// The least that an updater needs, under names without the prefix.
    static let leastForUpdater = ["RECORDS": "home.example.com", "PROVIDER": "gandi", "GANDI_TOKEN": secret]

    static func prefixed(_ settings: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: settings.map { ("ESDDNS_\($0)", $1) })
    }

    static func dependencies() throws -> ProviderDependencies { ProviderDependencies(transport: try HTTPClient()) }

    static func leader(_ settings: [String: String] = [:]) throws -> LeaderSettings {
        try LeaderSettings(environment: prefixed(settings))
    }

    static func updater(_ settings: [String: String] = [:]) throws -> UpdaterSettings {
        try UpdaterSettings(
            environment: prefixed(leastForUpdater.merging(settings) { $1 }), dependencies: dependencies())
    }

    static func standalone(_ settings: [String: String] = [:]) throws -> StandaloneSettings {
        try StandaloneSettings(
            environment: prefixed(leastForUpdater.merging(settings) { $1 }), dependencies: dependencies())
    }

    /// What is wrong with an updater's settings, or with those of `esddns run`.
    static func problems(_ settings: [String: String], standalone isStandalone: Bool = false) throws -> [SettingProblem]
    {
        do {
            if isStandalone { _ = try standalone(settings) } else { _ = try updater(settings) }
            return []
        } catch let error as SettingProblems {
            return error.problems
        }
    }
}

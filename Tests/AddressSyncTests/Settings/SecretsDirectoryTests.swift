import DNSRecords
import Foundation
import Testing

@testable import AddressSync

/// Secrets in a directory, as Kubernetes and systemd hand them over.
@Suite struct SecretsDirectoryTests {
    private func withDirectory(_ files: [String: String], _ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
        try body(directory)
    }

    private func problems(_ settings: [String: String]) throws -> [String] {
        try SettingsFixture.problems(["GANDI_TOKEN": ""].merging(settings) { $1 }).map(\.description)
    }

    @Test func aFileIsASecretOfItsName() throws {
        try withDirectory([
            "ESDDNS_GANDI_TOKEN": "from-the-directory\n", "ca.crt": "somebody else's", "..data": "a link, really",
        ]) { directory in
            for path in [directory.path, directory.path + "/", " \(directory.path)\n"] {
                #expect(try problems(["SECRETS_DIRECTORY": path]) == [])
            }
            let reader = SettingsReader(
                environment: ["ESDDNS_SECRETS_DIRECTORY": directory.path, "ESDDNS_PROVIDER": "gandi"])
            let secret = try #require(try reader.values.secret("GANDI_TOKEN"))
            #expect(secret.current().exposed == "from-the-directory")
            // Followed as any other file is.
            try Data("replaced".utf8).write(to: directory.appending(path: "ESDDNS_GANDI_TOKEN"))
            #expect(secret.current().exposed == "replaced")
            #expect(reader.problems.isEmpty)
        }
    }

    @Test func labelledProvidersHaveTheirsThereToo() throws {
        try withDirectory(["ESDDNS_GANDI_TOKEN": "one", "ESDDNS_WORK_GANDI_TOKEN": "two"]) { directory in
            let settings = [
                "SECRETS_DIRECTORY": directory.path, "RECORDS": "a.example.com,b.example.org@gandi:work",
            ]
            let found = try problems(settings)
            #expect(found.isEmpty, "\(found)")
        }
    }

    @Test func whatIsMisspeltThereIsSaid() throws {
        try withDirectory([
            "ESDDNS_GANDI_TOKN": "hunter2", "GANDI_TOKEN": "hunter2", "ESDDNS_RECORDS": "home.example.com",
            "ESDDNS_GANDI_TOKEN": "right",
        ]) { directory in
            let problems = try problems(["SECRETS_DIRECTORY": directory.path])
            #expect(problems.count == 3, "\(problems)")
            #expect(problems.contains { $0.contains("/ESDDNS_GANDI_TOKN") && $0.contains("mean ESDDNS_GANDI_TOKEN?") })
            #expect(problems.contains { $0.contains("/GANDI_TOKEN\"") && $0.contains("the name ESDDNS_GANDI_TOKEN") })
            #expect(problems.contains { $0.contains("/ESDDNS_RECORDS") && $0.contains("no secret of that name") })
            #expect(!problems.joined().contains("hunter2"))
        }
    }

    @Test func aSecretInTwoPlacesIsSaidOnce() throws {
        try withDirectory(["ESDDNS_GANDI_TOKEN": "one"]) { directory in
            for settings in [
                ["GANDI_TOKEN": "hunter2"], ["GANDI_TOKEN_FILE": directory.appending(path: "ESDDNS_GANDI_TOKEN").path],
            ] {
                let problems = try problems(settings.merging(["SECRETS_DIRECTORY": directory.path]) { $1 })
                #expect(problems.count == 1, "\(problems)")
                #expect(problems.first?.contains("but both are there") == true)
                #expect(!problems.joined().contains("hunter2"))
            }
        }
    }

    @Test(arguments: ["/nonexistent/secrets", "relative/path", "/dev/null"])
    func aDirectoryThatIsNoneIsSaid(path: String) throws {
        let problems = try problems(["SECRETS_DIRECTORY": path, "GANDI_TOKEN": "t"])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("ESDDNS_SECRETS_DIRECTORY=\"\(path)\": expected the absolute path") == true)
    }
}

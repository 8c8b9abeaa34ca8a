import AddressSync
import ArgumentParser
import Testing

@testable import CommandSuite

@Suite struct OptionsTests {
    private static let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]

    @Test(arguments: [
        ([], [:], false), (["--online"], [:], false), (["--online"], pod, false),
        (["--online", "--role", "leader"], [:], true), (["--role", "leader"], [:], false),
        (["--online", "--role", "updater"], pod, false), (["--online", "--context", "home"], pod, true),
        (["--online", "--kubeconfig", "f"], [:], true), (["--online", "--as", "jane"], pod, true),
        (["--online", "--role", "run"], [:], false),
    ])
    func aCheckNeedsAKubeconfigWhereThePodsOwnAccessWillNotDo(
        arguments: [String], environment: [String: String], needs: Bool
    ) throws {
        #expect(try CheckOptions.parse(arguments).needsKubeconfig(environment) == needs)
    }

    @Test(arguments: [
        ["--context", "home"], ["--as", "jane"], ["--online", "--role", "run", "--context", "home"],
        ["--role", "nobody"],
    ])
    func checksThatMakeNoSenseAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try CheckOptions.parse(arguments) }
    }

    @Test func statusLooksWhereItIsTold() throws {
        let file = ["ESDDNS_STATE_FILE": "/var/lib/esddns/state.json"]
        func place(_ arguments: [String], _ environment: [String: String] = [:]) throws -> StatusOptions.Place {
            try StatusOptions.parse(arguments).place(environment)
        }
        #expect(try place([]) == .cluster)
        #expect(try place([], file) == .stateFile("/var/lib/esddns/state.json"))
        #expect(try place(["-n", "esddns"], file) == .cluster)
        #expect(try place([], file.merging(Self.pod) { $1 }) == .cluster)
        #expect(try place(["--url", "http://127.0.0.1:8080"], file) == .url("http://127.0.0.1:8080"))
        #expect(try place(["--state-file", "s"]) == .stateFile("s"))
        #expect(try StatusOptions.parse([]).needsKubeconfig([:]))
        #expect(try !StatusOptions.parse([]).needsKubeconfig(Self.pod))
        #expect(try StatusOptions.parse(["--context", "home"]).needsKubeconfig(Self.pod))
        #expect(try !StatusOptions.parse(["--url", "http://a"]).needsKubeconfig([:]))
        #expect(throws: (any Error).self) { try StatusOptions.parse(["--url", "http://a", "-n", "esddns"]) }
    }

    @Test func theDemonstrationHasLimits() {
        for arguments in [["--updaters", "0"], ["--updaters", "51"], ["--json"], ["--port", "65535"]] {
            #expect(throws: (any Error).self) { try DemoOptions.parse(arguments) }
        }
    }
}

import DNSRecords
import OperatorCore
import StatusServer
import Testing

@testable import AddressSync

@Suite struct ProcessPartsTests {
    private func parts(_ environment: [String: String]) -> ProcessParts {
        let log = ProcessLog()
        return ProcessParts(environment: environment, registry: PrometheusRegistry(), makeLogger: { log.logger($0) })
    }

    private func names(_ make: () throws -> AssembledProcess) throws -> [String] {
        do {
            _ = try make()
            return []
        } catch let error as SettingProblems {
            return error.problems.map(\.name)
        }
    }

    @Test func missingSettingsAreNamed() throws {
        let parts = parts([:])
        #expect(try names(parts.makeUpdater) == ["ESDDNS_RECORDS", "ESDDNS_GANDI_TOKEN"])
        #expect(try names(parts.makeStandalone) == ["ESDDNS_RECORDS", "ESDDNS_GANDI_TOKEN"])
        let dynamic = self.parts(["ESDDNS_PROVIDER": "rfc2136", "ESDDNS_RECORDS": "a.example.com"])
        #expect(
            try names(dynamic.makeStandalone) == [
                "ESDDNS_RFC2136_SERVER", "ESDDNS_RFC2136_KEY_NAME", "ESDDNS_RFC2136_KEY_SECRET",
            ])
    }

    @Test func objectsOfTheClusterAreForUpdatersOnly() throws {
        let parts = parts(["ESDDNS_PROVIDER": "dnsendpoint", "ESDDNS_RECORDS": "a.example.com"])
        #expect(try names(parts.makeStandalone) == ["ESDDNS_PROVIDER"])
        let error = #expect(throws: KubernetesError.self) { try parts.makeUpdater() }
        #expect(error?.failure == .configuration)
    }

    @Test func outsideOfAPodTheClusterIsMissed() {
        let error = #expect(throws: KubernetesError.self) { try parts([:]).makeLeader() }
        #expect(error?.failure == .configuration)
        #expect(error?.description.contains("KUBERNETES_SERVICE_HOST") == true)
    }

    @Test func badSettingsAreToldBeforeTheClusterIsMissed() throws {
        #expect(try names(parts(["ESDDNS_QUORUM": "0"]).makeLeader) == ["ESDDNS_QUORUM"])
    }
}

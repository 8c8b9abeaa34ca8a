import CurlHTTP
public import DNSRecords
import FoundationEssentials
import HTTPTypes
import NetworkPrimitives
import OperatorCore
public import StatusServer
import WANDetection

extension Overview {
    /// What one process reports: the body of its `/api/v1/status`.
    public init(_ report: StatusReport, origin: String) {
        self.init(origin: "\(report.role.rawValue) \(report.identity), \(origin)")
        addresses = [Address(.ipv4, report.ipv4)] + [report.ipv6].compactMap { $0.map { Address(.ipv6, $0) } }
        if report.role != .standalone { leader = Leader(holder: report.leader) }
        epoch = report.epoch
        records = report.records.map { record in
            Record(
                name: record.name, type: record.type, provider: record.provider, outcome: record.phase.rawValue,
                address: record.observed ?? record.desired, node: record.node, time: record.updated,
                error: record.error)
        }
    }

    /// Asks a process for its report.
    ///
    /// - Parameter url: where its status page is, such as `http://127.0.0.1:8080`; a path is taken as it is.
    /// - Throws: ``Unavailable``.
    public static func read(url text: String) async throws(Unavailable) -> Overview {
        func failure(_ why: String) -> Unavailable {
            Unavailable(description: why, exitCode: ProcessEntry.ExitCode.unavailable)
        }
        let shown = HTTPURL.presentable(text)
        guard var url = (try? HTTPURL(parsing: text))?.text else {
            throw failure("--url is \(shown); expected the address of a status page, such as http://127.0.0.1:8080")
        }
        while url.hasSuffix("/") { url.removeLast() }
        // Scheme and host alone have two slashes.
        if url.count(where: { $0 == "/" }) == 2 { url += path }
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            let client = try HTTPClient()
            do throws(HTTPClientError) {
                response = try await client.send(
                    HTTPClientRequest(url: url, headers: [.accept: "application/json"], timeout: .seconds(10)))
                await client.shutdown()
            } catch {
                await client.shutdown()
                throw error
            }
        } catch {
            throw failure("\(shown): \(error); is the process running, and does ESDDNS_LISTEN name this address?")
        }
        guard response.status.code == 200 else {
            throw failure("\(shown) answers \(response.status.code); expected the status page of esddns")
        }
        guard let report = try? JSONDecoder().decode(StatusReport.self, from: Data(response.body)) else {
            throw failure("\(shown) answers something else than a status report; expected the status page of esddns")
        }
        return Overview(report, origin: "at \(shown)")
    }

    private static let path = "/api/v1/status"

    /// Reads what `esddns run` keeps over restarts.
    ///
    /// - Throws: ``Unavailable``.
    public static func read(stateFile path: String) throws(Unavailable) -> Overview {
        let bytes: [UInt8]
        do throws(FileReader.Failure) {
            bytes = try FileReader.system.read(path)
        } catch {
            throw Unavailable(
                description: "\(path) cannot be read: \(error.reason); \"esddns run\" writes it where "
                    + "\(SettingCatalog.stateFile.environmentName) says",
                exitCode: ProcessEntry.ExitCode.unavailable)
        }
        let state: StandaloneState
        do throws(StandaloneState.Malformed) {
            state = try StandaloneState(parsing: bytes)
        } catch {
            throw Unavailable(
                description: "\(path) is no state of esddns run: \(error)", exitCode: ProcessEntry.ExitCode.unavailable)
        }
        var overview = Overview(origin: "the state file \(path)")
        overview.addresses = IPAddress.Family.allCases.compactMap { family in
            state.addresses[family].map { address in
                Address(
                    family: family, address: address.addresses.description, condition: address.condition.rawValue,
                    since: address.since, confirmedAt: address.confirmedAt)
            }
        }
        overview.records = state.records.sorted { $0.key < $1.key }.map { Record(key: $0.key, claim: $0.value) }
        return overview
    }

    /// Where `esddns run` with this environment keeps its state; `nil` where it does not.
    public static func stateFile(in environment: [String: String]) -> String? {
        var reader = SettingsReader(environment: environment)
        return StandaloneSettings.stateFile(reading: &reader, environment: environment)
    }
}

extension Overview.Address {
    fileprivate init(_ family: IPAddress.Family, _ finding: StatusReport.Finding) {
        self.init(
            family: family, address: finding.address,
            condition: finding.condition == .unknown ? nil : finding.condition.rawValue, since: finding.addressSince,
            confirmedAt: finding.confirmedAt,
            votes: finding.votes.map { vote in
                Overview.Vote(source: vote.source, answer: vote.address ?? vote.error ?? "no answer")
            })
    }
}

extension ClusterSettings {
    /// The names of the objects as the environment says them.
    ///
    /// - Throws: ``DNSRecords/SettingProblems`` of these settings; others do not matter.
    public init(environment: [String: String]) throws(SettingProblems) {
        // Only what is read here counts: the environment may be that of a process of another role.
        let own = environment.filter { !$0.key.hasPrefix(SettingDeclaration.prefix) }
        let names = [
            SettingCatalog.namespace, SettingCatalog.serviceAccountDirectory, SettingCatalog.leaseName,
            SettingCatalog.addressConfigMap, SettingCatalog.recordsConfigMap,
        ].map(\.environmentName)
        var reader = SettingsReader(environment: own.merging(environment.filter { names.contains($0.key) }) { $1 })
        self.init(reading: &reader)
        try reader.finish()
    }
}

import CurlHTTP
import DNSRecords
import NetworkPrimitives
import WANDetection

extension ProcessParts {
    /// One pass over all records, without Kubernetes: finds the addresses, and brings each record in step with them.
    ///
    /// The zones' own name servers are asked first; where they show a record as it should be, its provider is not bothered.
    /// A dry run does ask the provider, since it shows what is there, and writes nothing.
    ///
    /// - Throws: ``DNSRecords/SettingProblems`` before any network traffic.
    public func sync(isDryRun: Bool) async throws -> SyncReport {
        let client = try HTTPClient()
        var dependencies = ProviderDependencies(transport: client, environment: environment)
        let settings = try StandaloneSettings(environment: environment, dependencies: dependencies)
        dependencies.lookup = settings.records.lookup()
        let detection = try DetectionParts(settings.detection, parts: self) { own, client, directory in
            try own.makeDetecting(
                http: client, api: nil, spacing: .zero, directory: directory, logger: makeLogger("detector"))
        }
        let run = SyncRun(
            settings: settings, writers: try settings.records.writers(with: dependencies), lookup: dependencies.lookup,
            detectors: detection.detectors, isDryRun: isDryRun, secondRoundDelay: settings.publishing.secondRoundDelay)
        let report = await run.report()
        await detection.shutdown()
        await client.shutdown()
        return report
    }
}

/// One pass over all records.
struct SyncRun: Sendable {
    let settings: StandaloneSettings
    let writers: [ProviderChoice: RecordWriter]
    let lookup: AuthoritativeClient
    let detectors: [IPAddress.Family: any AddressDetecting]
    let isDryRun: Bool
    let secondRoundDelay: Duration

    func report() async -> SyncReport {
        var report = SyncReport(isDryRun: isDryRun)
        report.found = await find()
        let addresses = Dictionary(uniqueKeysWithValues: report.found.map { ($0.family, $0) })
        // One after the other: providers limit requests, and a pass has no hurry.
        for record in settings.records.records {
            let found = record.type.family.flatMap { addresses[$0] }
            report.entries.append(.init(record: record, result: await result(of: record, found)))
        }
        return report
    }

    private func find() async -> [SyncReport.Address] {
        await withTaskGroup(of: SyncReport.Address.self) { group in
            for (family, detector) in detectors {
                group.addTask {
                    var verdict = await detector.detect(published: [])
                    if verdict.candidate != nil {
                        // Where nobody is authenticated, two rounds have to agree.
                        try? await ContinuousClock().sleep(for: secondRoundDelay)
                        verdict = await detector.detect(published: [])
                    }
                    return .init(family: family, addresses: AddressSet(verdict.addresses), verdict: verdict)
                }
            }
            var found: [SyncReport.Address] = []
            for await address in group { found.append(address) }
            return found.sorted { $0.family.rawValue < $1.family.rawValue }
        }
    }

    private func result(of record: RecordDeclaration, _ found: SyncReport.Address?) async -> SyncReport.Result {
        guard let found, let addresses = found.addresses.map(record.addresses) else {
            return .skipped("no address is confirmed: \(found?.verdict.description ?? "nobody was asked")")
        }
        guard let writer = writers[record.provider] else { return .skipped("there is no provider \(record.provider)") }
        let desired: RecordSet
        do {
            desired = try RecordSet(
                name: record.name, type: record.type, addresses: addresses.addresses, ttl: record.ttl)
        } catch {
            return .skipped("\(error)")
        }
        guard !isDryRun else {
            do throws(ProviderError) {
                return .planned(try await writer.plan(desired))
            } catch {
                return .done(RecordOutcome(error))
            }
        }
        switch await lookup.observe(record.name, record.type) {
        case .present(let shown) where shown.addresses == addresses.addresses: return .shown(addresses)
        case .alias(let target):
            return .done(.failed(RecordObservation.alias(of: target).description, retriable: false))
        case .present, .absent, .unknown: return .done(await writer.bring(desired))
        }
    }
}

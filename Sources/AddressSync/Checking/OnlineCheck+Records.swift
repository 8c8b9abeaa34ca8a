import CurlHTTP
import DNSRecords
import NetworkPrimitives
import OperatorCore

extension OnlineCheck {
    /// For each record: credentials, zone, name servers, and what it holds. Only reads.
    func checks(
        of records: RecordSettings, _ addresses: [IPAddress.Family: AddressSet], _ client: HTTPClient,
        _ api: KubernetesClient?
    ) async throws -> [Check] {
        var dependencies = ProviderDependencies(
            transport: witness.watching(client), environment: parts.environment)
        dependencies.lookup = records.lookup()
        if let api, let cluster = settings.cluster {
            dependencies.endpointObjects = KubernetesEndpointObjects(
                api: api, namespace: cluster.namespace ?? api.namespace)
        } else if settings.cluster != nil {
            dependencies.endpointObjects = UpdaterSettings.NoEndpointObjects()
        }
        let writers: [ProviderChoice: RecordWriter]
        do throws(SettingProblems) {
            writers = try records.writers(with: dependencies)
        } catch {
            return error.problems.map(\.check)
        }
        var checks: [Check] = []
        var tried: Set<ProviderChoice> = []
        // One after the other: services limit requests.
        for record in records.records {
            guard let writer = writers[record.provider], let kind = records.providers[record.provider]?.kind else {
                continue
            }
            progress("\(record): asking \(kind.title)")
            let look = ProviderLook(record, kind)
            let found = record.isPerNode ? nil : record.type.family.flatMap { addresses[$0] }
            await look.read(by: writer, holding: found.map(record.addresses))
            progress("\(record): asking the zone's name servers")
            let survey = await survey(of: record, dependencies.lookup)
            checks += look.checks(isFirstOfProvider: tried.insert(record.provider).inserted, survey: try? survey.get())
            checks.append(check(survey, of: record, shownBy: look.current, blindSpot: look.blindSpot))
        }
        return checks
    }

    private func survey(
        of record: RecordDeclaration, _ lookup: AuthoritativeClient
    ) async -> Result<NameServerSurvey, LookupFailure> {
        do throws(LookupFailure) {
            return .success(try await lookup.survey(record.name, record.type))
        } catch {
            return .failure(error)
        }
    }

    /// - Parameters:
    ///   - current: what the provider has.
    ///   - blindSpot: why name servers show something else than that.
    private func check(
        _ survey: Result<NameServerSurvey, LookupFailure>, of record: RecordDeclaration, shownBy current: RecordSet??,
        blindSpot: String?
    ) -> Check {
        let subject = record.description
        let advice = "see whether UDP and TCP port 53 are open to these servers, and who the zone is delegated to"
        let found: NameServerSurvey
        switch survey {
        case .failure(let failure): return .failed(.nameServers, subject, failure.message, advice, as: .temporary)
        case .success(let survey): found = survey
        }
        let answering = found.answering
        let problems = found.servers.filter { $0.observation == nil }.compactMap(\.problem).prefix(3)
            .joined(separator: ", ")
        guard let first = answering.first?.observation else {
            return .failed(
                .nameServers, subject, "none of \(found.servers.count) answers: \(problems)", advice, as: .temporary)
        }
        if case .alias = first { return .failed(.nameServers, subject, first.description, as: .lasting) }
        guard found.agrees else {
            let said = answering.prefix(4).map { "\($0.name): \(Self.brief($0.observation))" }.joined(separator: ", ")
            return .warning(
                .nameServers, subject, "they disagree: \(said)",
                "wait for a change that is on its way; otherwise see why some servers do not get it")
        }
        let count = found.servers.count
        let said = Self.brief(first)
        guard answering.count == count else {
            return .warning(
                .nameServers, subject, "\(answering.count) of \(count) answer (\(said)); not \(problems)", advice)
        }
        if let blindSpot { return .ok(.nameServers, subject, "\(count) of \(count) agree; \(blindSpot)") }
        if let current, !Self.shows(first, current) {
            return .warning(
                .nameServers, subject,
                "they show \(said), and the provider has \(current?.presentations.joined(separator: ", ") ?? "nothing")",
                "wait for a change that is on its way; otherwise the zone is delegated to somebody else than this provider"
            )
        }
        return .ok(.nameServers, subject, "\(count) of \(count) agree: \(said)")
    }

    private static func shows(_ observation: RecordObservation, _ current: RecordSet?) -> Bool {
        switch observation {
        case .present(let set): set.values == current?.values
        case .absent: current == nil
        // Then there is nothing to compare.
        case .alias, .unknown: true
        }
    }

    private static func brief(_ observation: RecordObservation?) -> String {
        switch observation {
        case .present(let set): set.presentations.joined(separator: ", ")
        case .absent: "nothing"
        case .alias(let target): "an alias of \(target)"
        case .unknown(let failure): failure.message
        case nil: "no answer"
        }
    }
}

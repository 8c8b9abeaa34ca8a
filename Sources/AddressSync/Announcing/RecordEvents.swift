import DNSRecords

/// Events about records, from the one node that wrote or failed.
///
/// Failures in a row are counted by all nodes together, in the record's entry; an event is posted for the first, second, fourth,
/// eighth and so on, by whichever node has it.
struct RecordEvents: Sendable {
    let subject: EventSubject
    let node: String
    /// Which settings hold the credentials of a provider.
    let credentials: [ProviderChoice: [String]]

    func tell(_ news: RecordNews, of record: RecordDeclaration, provider: String) {
        let name = "\(record) at \(provider)"
        switch news {
        case .written(_, let what):
            subject.record(.recordWritten, "\(name): \(what), by \(node)")
        case .failed(let why, let wait, let times) where Self.isTold(times):
            subject.record(.recordFailed, Self.failure(name, why, wait, times))
        case .refused(let why, let wait, let cause, let times) where Self.isTold(times):
            let failure = Self.failure(name, why, wait, times)
            switch cause {
            case .credentials:
                let settings = (credentials[record.provider] ?? []).joined(separator: " and ")
                let advice = settings.isEmpty ? "" : "; check \(settings), and what the credentials allow"
                subject.record(.credentialsRefused, failure + advice)
            case .zone:
                subject.record(
                    .zoneNotFound, "\(failure); check the record's name, and which account has its zone")
            case .ownership:
                subject.record(
                    .recordNotOwned,
                    "\(failure); set ESDDNS_TAKE_OVER=true to have it taken over, or ESDDNS_OWNER to whose it is")
            case .other: subject.record(.recordFailed, failure)
            }
        case .reverted(let found, let wait, isOurs: true):
            subject.record(
                .recordReverted,
                "\(name): somebody undid what this node wrote, it holds \(found); left alone for \(Self.text(wait))")
        case .recovered(let since):
            subject.record(.recordRecovered, "\(name): in step again, after failures since \(since)")
        case .failed, .refused, .reverted, .inStep, .differs, .leftTo, .takingOver, .failedElsewhere, .propagating,
            .waiting, .secretsReplaced, .lasting:
            break
        }
    }

    private static func failure(_ name: String, _ why: String, _ wait: Duration, _ times: Int) -> String {
        let count = times > 1 ? ", \(times) times in a row" : ""
        return "\(name)\(count): \(why.prefix(600)); next attempt in \(text(wait))"
    }

    private static func text(_ wait: Duration) -> String {
        DurationText.format(.seconds(wait.components.seconds))
    }

    /// Powers of two.
    static func isTold(_ times: Int) -> Bool { times > 0 && times & (times - 1) == 0 }
}

extension RecordSettings {
    /// Names of the settings that hold each provider's credentials: those that are set, otherwise all that there are.
    var credentialSettings: [ProviderChoice: [String]] {
        providers.mapValues { provider in
            let names = provider.kind.settings.filter(\.isSecret).map(\.name)
            let given = names.flatMap { [$0, "\($0)_FILE"] }.filter { provider.settings.string($0) != nil }
            return (given.isEmpty ? names : given).map(provider.settings.displayName)
        }
    }
}

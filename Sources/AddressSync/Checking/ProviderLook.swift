import DNSRecords
import NetworkPrimitives

/// What a provider's own answers say about one record, without writing anything.
final class ProviderLook {
    typealias Check = CheckReport.Check

    private let record: RecordDeclaration
    private let kind: ProviderKind
    private var zone: Result<RecordName, ProviderError>?
    private var plan: Result<(current: RecordSet?, target: RecordSet?), ProviderError>?
    private(set) var blindSpot: String?

    init(_ record: RecordDeclaration, _ kind: ProviderKind) {
        self.record = record
        self.kind = kind
    }

    /// What the provider has; the outer `nil`: that could not be found out, or it would only repeat the name servers.
    var current: RecordSet?? {
        guard kind.features.contains(.reading), case .success(let plan) = plan else { return nil }
        return .some(plan.current)
    }

    /// Finds the zone and reads the record.
    ///
    /// - Parameter desired: what the record would be made to hold; `nil` where that is not known.
    func read(by writer: RecordWriter, holding desired: AddressSet?) async {
        do throws(ProviderError) {
            zone = .success(try await writer.provider.zone(for: record.name))
        } catch {
            zone = .failure(error)
            return
        }
        do throws(ProviderError) {
            if let desired,
                let set = try? RecordSet(
                    name: record.name, type: record.type, addresses: desired.addresses, ttl: record.ttl)
            {
                // It also reads whose record it is.
                let found = try await writer.plan(set)
                plan = .success((found.current, found.isWrite ? found.target : nil))
            } else {
                plan = .success((try await writer.provider.read(record.name, record.type), nil))
            }
            blindSpot = writer.provider.blindSpot(for: record.name, record.type)
        } catch {
            plan = .failure(error)
        }
    }

    private var errors: [ProviderError] {
        var errors: [ProviderError] = []
        if case .failure(let error) = zone { errors.append(error) }
        if case .failure(let error) = plan { errors.append(error) }
        return errors
    }

    /// - Parameters:
    ///   - isFirstOfProvider: whether nothing was said of the provider's credentials yet.
    ///   - survey: what the name servers say.
    func checks(isFirstOfProvider: Bool, survey: NameServerSurvey?) -> [Check] {
        [credentials(isFirstOfProvider), clock, zoneCheck(survey), recordCheck].compactMap { $0 }
    }

    private func credentials(_ isFirst: Bool) -> Check? {
        let subject = record.provider.description
        if let refusal = errors.first(where: { $0.kind == .refused }) {
            return .failed(.credentials, subject, refusal.message, as: .refused)
        }
        guard isFirst else { return nil }
        guard kind.features.contains(.reading) else {
            return .warning(
                .credentials, subject, "\(kind.title) can only be written to, so that they cannot be tried here",
                "the first write will show whether they are accepted")
        }
        // A service that says it has no such zone has let us in.
        let isAnswered = errors.allSatisfy { $0.kind == .permanent }
        return isAnswered ? .ok(.credentials, subject, "accepted by \(kind.title)") : nil
    }

    private var clock: Check? {
        errors.lazy.compactMap(\.clockDifference).first.map {
            ClockWitness.check(kind.title, ahead: Double($0), uncertainty: 1, of: "that of the server")
        }
    }

    private func zoneCheck(_ survey: NameServerSurvey?) -> Check? {
        let subject = record.name.description
        switch zone {
        case .success(let zone):
            guard let apex = survey?.apex, apex != zone else { return .ok(.zone, subject, "is in \(zone)") }
            return .warning(
                .zone, subject, "the provider has it in \(zone), its name servers serve \(apex)",
                "what is written would not be seen; write it where \(apex) is served, or delegate \(zone)")
        case .failure(let error) where error.kind == .refused: return nil
        case .failure(let error): return Self.failure(.zone, subject, error)
        case nil: return nil
        }
    }

    private var recordCheck: Check? {
        let subject = record.description
        switch plan {
        case .success(let plan):
            let ttl = plan.current?.ttl.map { ", TTL \($0)" } ?? ""
            let now =
                plan.current.map { "holds \($0.presentations.joined(separator: ", "))\(ttl)" } ?? "does not exist yet"
            let next = plan.target.map { "; would be \($0.presentations.joined(separator: ", "))" } ?? ""
            return .ok(.record, subject, now + next)
        case .failure(let error) where error.kind == .refused: return nil
        case .failure(let error): return Self.failure(.record, subject, error)
        case nil: return nil
        }
    }

    private static func failure(_ area: CheckReport.Area, _ subject: String, _ error: ProviderError) -> Check {
        switch error.kind {
        case .limited(let wait):
            .failed(
                area, subject, error.message,
                "try again in \(wait.components.seconds) s, and see who else uses the account",
                as: .temporary)
        case .permanent, .refused: .failed(area, subject, error.message, as: .lasting)
        case .conflict, .uncertain, .temporary:
            .failed(area, subject, error.message, "try again later", as: .temporary)
        }
    }
}

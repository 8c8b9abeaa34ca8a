public import NetworkPrimitives

/// A service that holds DNS zones and can change one record set in them.
///
/// A provider implements reading and writing; ``apply(_:)`` puts them together so that all providers behave the same: read
/// first, write only a difference, and after a write that may or may not have been carried out look again.
public protocol DNSProvider: Sendable {
    /// The name in settings and metric labels, such as `gandi`.
    var name: String { get }

    /// Which TTL a record gets.
    var ttlPolicy: TTLPolicy { get }

    /// The zone that serves a name: the longest suffix on a label boundary that the provider has, or that the user set.
    ///
    /// - Throws: ``ProviderError``, with kind ``ProviderError/Kind/permanent`` where the provider has no such zone.
    func zone(for name: RecordName) async throws(ProviderError) -> RecordName

    /// Reads the record set of one name and type.
    ///
    /// - Returns: `nil` where the provider knows that there is none.
    /// - Throws: ``ProviderError`` where the provider could not tell, also if the name is an alias.
    func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet?

    /// Replaces the record set, or creates it, and leaves everything else as it is.
    ///
    /// - Parameters:
    ///   - desired: what the record set has to be, its TTL included.
    ///   - current: what ``read(_:_:)`` found. Where the provider can, it refuses to write over anything else with
    ///     ``ProviderError/Kind/conflict``.
    /// - Throws: ``ProviderError``. Its kind is ``ProviderError/Kind/uncertain`` where the write may have been carried out.
    func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError)

    /// Brings the record set to `desired`, changing nothing else. See the default implementation.
    func apply(_ desired: RecordSet) async -> RecordOutcome
}

extension DNSProvider {
    /// Reads, compares, and writes only a difference.
    ///
    /// A conflict, or a write whose fate is unknown, is followed by a second look: if the record is as desired now, that is
    /// a success. There is never a second write: what the record should be may have changed by then, and only the caller
    /// knows.
    public func apply(_ desired: RecordSet) async -> RecordOutcome {
        do throws(ProviderError) {
            let current = try await read(desired.name, desired.type)
            let wantedTTL = ttlPolicy.wanted(by: desired)
            func isAsDesired(_ set: RecordSet) -> Bool {
                set.addresses == desired.addresses && (wantedTTL == nil || wantedTTL == set.ttl)
            }
            if let current, isAsDesired(current) { return .inSync(current) }
            var target = desired
            target.ttl = ttlPolicy.ttl(for: desired, replacing: current)
            func outcome(_ now: RecordSet) -> RecordOutcome {
                current.map { .changed(from: $0, to: now) } ?? .created(now)
            }
            do throws(ProviderError) {
                try await write(target, replacing: current)
                return outcome(target)
            } catch  where error.callsForASecondLook {
                // The second look can fail as well; then it is the first failure that explains things.
                let now: RecordSet?
                do throws(ProviderError) {
                    now = try await read(desired.name, desired.type)
                } catch _ {
                    throw error
                }
                guard let now, isAsDesired(now) else { throw error }
                return outcome(now)
            }
        } catch {
            return RecordOutcome(error)
        }
    }
}

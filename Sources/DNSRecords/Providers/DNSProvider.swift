public import NetworkPrimitives

/// A service that holds DNS zones and can change one record set in them.
///
/// A provider implements finding zones, reading and writing; ``RecordWriter`` puts them together so that all providers
/// behave the same: read first, write only a difference, and after a write that may or may not have been carried out look
/// again.
public protocol DNSProvider: Sendable {
    /// The name in settings and metric labels, such as `gandi`.
    var name: String { get }

    /// Which TTL a record gets.
    var ttlPolicy: TTLPolicy { get }

    /// Which TTL the record of a name gets, where that differs from zone to zone. Asked after the name has been read.
    func ttlPolicy(for name: RecordName) -> TTLPolicy

    /// Why the zone's name servers do not show what a record holds, such as for a record behind a proxy; `nil` where they do.
    ///
    /// It says what is known from what was read and written before, without a request.
    func blindSpot(for name: RecordName, _ type: RecordType) -> String?

    /// What the provider's secrets are now, from which it can be seen that somebody has replaced one. Reads files, asks nobody.
    func secretRevision() -> SecretRevision

    /// Lets go of tokens that were got with the secrets, since whoever issues them may give others by now.
    func forgetTokens()

    /// The zone that serves a name: the longest suffix on a label boundary that the provider has, or that the user set.
    ///
    /// - Throws: ``ProviderError``, with kind ``ProviderError/Kind/permanent`` where the provider has no such zone.
    func zone(for name: RecordName) async throws(ProviderError) -> RecordName

    /// Reads the record set of one name and type.
    ///
    /// - Returns: `nil` where the provider knows that there is none. The set has no TTL where the service chooses it, whatever
    ///   anybody wishes.
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
}

extension DNSProvider {
    public func ttlPolicy(for name: RecordName) -> TTLPolicy { ttlPolicy }

    public func blindSpot(for name: RecordName, _ type: RecordType) -> String? { nil }

    public func secretRevision() -> SecretRevision { .unchanging }

    public func forgetTokens() {}

    /// Brings the record set to `desired`, changing nothing else and whoever it belongs to.
    ///
    /// See ``RecordWriter/bring(_:)``.
    public func apply(_ desired: RecordSet) async -> RecordOutcome {
        await RecordWriter(provider: self).bring(desired)
    }
}

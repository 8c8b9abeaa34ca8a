import DNSRecords

/// A record whose writes are measured.
struct TimedRecord: RecordAccess {
    let record: any RecordAccess
    /// Told how long the provider took, whatever came of it.
    let took: @Sendable (Duration) -> Void

    func check() async -> RecordCheck { await record.check() }

    func secretRevision() -> SecretRevision { record.secretRevision() }

    func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
        let start = ContinuousClock.now
        let result = await record.bring(to: addresses, while: mayWrite)
        took(start.duration(to: .now))
        return result
    }
}

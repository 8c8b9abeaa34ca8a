/// For records that only one node writes: every claim succeeds, and what comes of it is shown to the cluster.
///
/// The cluster's view is for people. Where the API server cannot be reached, or holds an entry of the node's previous life,
/// that changes nothing.
final class NodeClaims: ClaimStore {
    private let own = OwnClaims()
    private let shown: any ClaimStore

    init(showingIn shown: any ClaimStore) { self.shown = shown }

    func read(_ key: String) -> ClaimReading { own.read(key) }

    func put(_ claim: RecordClaim, under key: String, over version: ClaimVersion?) async -> ClaimPut {
        let put = own.put(claim, under: key, over: version)
        // A claim lasts for moments and is followed by an outcome.
        guard claim.phase != .claimed else { return put }
        do throws(ClaimsUnreachable) {
            _ = try await shown.put(claim, under: key, over: try await shown.read(key).version)
        } catch {
            // The next outcome is shown; the record itself is right.
        }
        return put
    }
}

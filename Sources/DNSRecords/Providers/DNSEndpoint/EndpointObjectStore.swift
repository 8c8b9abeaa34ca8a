/// Where `DNSEndpoint` objects are kept: a Kubernetes API server, of which this library knows nothing.
public protocol EndpointObjectStore: Sendable {
    /// Reads an object.
    ///
    /// - Returns: `nil` where there is none.
    /// - Throws: ``ProviderError``: refused with what permission is missing, permanent where the cluster has no such kind of
    ///   object.
    func read(_ object: String) async throws(ProviderError) -> EndpointObject?

    /// Puts an entry into an object, in place of the one with its name, type and set identifier, or at the end. Everything
    /// else of the object, and what an old entry has beside the fields that ``ExternalDNSEndpoint`` knows, stays.
    ///
    /// - Parameter version: what ``read(_:)`` said; `nil` creates the object.
    /// - Throws: ``ProviderError``, of kind ``ProviderError/Kind/conflict`` where the object is not of that version any more,
    ///   or there is one by now.
    func put(
        _ entry: ExternalDNSEndpoint, into object: String, version: String?
    ) async throws(ProviderError)
}

/// What of a `DNSEndpoint` object matters here.
public struct EndpointObject: Hashable, Sendable {
    /// In the object's order.
    public var entries: [ExternalDNSEndpoint]
    /// Changes with every change of the object.
    public var version: String

    public init(entries: [ExternalDNSEndpoint], version: String) {
        self.entries = entries
        self.version = version
    }
}

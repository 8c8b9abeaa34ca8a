/// Which objects of a collection to list.
public struct ListQuery: Hashable, Sendable {
    /// Such as `metadata.name=NAME`, or `spec.nodeName=NODE` for pods.
    public var fieldSelector: String?
    /// Such as `app=web,tier in (front, back),!canary`.
    public var labelSelector: String?
    /// At most that many objects in a page; `nil` leaves it to the server, which then answers with all.
    public var limit: Int?
    /// Where to go on: ``KubernetesList/continueToken`` of the page before, with the same selectors.
    public var continueToken: String?

    public init(
        fieldSelector: String? = nil, labelSelector: String? = nil, limit: Int? = nil, continueToken: String? = nil
    ) {
        self.fieldSelector = fieldSelector
        self.labelSelector = labelSelector
        self.limit = limit
        self.continueToken = continueToken
    }

    var parameters: [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        if let fieldSelector { parameters.append(("fieldSelector", fieldSelector)) }
        if let labelSelector { parameters.append(("labelSelector", labelSelector)) }
        if let limit { parameters.append(("limit", String(limit))) }
        if let continueToken { parameters.append(("continue", continueToken)) }
        return parameters
    }
}

/// Which part of an object to write.
public struct WriteOptions: Hashable, Sendable {
    /// `status`, `scale` and the like; `nil` writes the object itself. Where a type has the `status` subresource, the server
    /// ignores changes of the status in any other write.
    public var subresource: String?

    public init(subresource: String? = nil) { self.subresource = subresource }

    public static let status = WriteOptions(subresource: "status")
}

/// A change of an object, in one of the forms that the server knows.
public enum KubernetesPatch: Hashable, Sendable {
    /// A JSON merge patch (RFC 7396): `null` removes a member, an array replaces the whole. With `metadata.resourceVersion`
    /// in it, it is a compare-and-swap.
    case merge(JSONValue)
    /// The operations of a JSON patch (RFC 6902), done all or not at all. A `test` makes it conditional.
    case operations([JSONValue])
    /// Server-side apply: the fields that this client's field manager wants, whole; it gives up those that it named before
    /// and does not name now. A field that another manager owns is a conflict (409), unless `force` takes it over.
    case apply(JSONValue, force: Bool)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .operations: "application/json-patch+json"
        // JSON is YAML, and the server knows this name in all versions.
        case .apply: "application/apply-patch+yaml"
        }
    }

    var body: JSONValue {
        switch self {
        case .merge(let patch): patch
        case .operations(let operations): .array(operations)
        case .apply(let fields, _): fields
        }
    }
}

/// On what conditions to delete an object, and what to do with those that depend on it.
public struct DeleteOptions: Hashable, Sendable {
    /// What becomes of objects that name this one in `metadata.ownerReferences`.
    public enum Propagation: String, Hashable, Sendable, CaseIterable {
        /// They are deleted first; the object stays until they are gone.
        case foreground = "Foreground"
        /// They are deleted afterwards.
        case background = "Background"
        /// They stay, without an owner.
        case orphan = "Orphan"
    }

    /// Deletes only the object with this `metadata.uid`, not a successor of the same name; 409 otherwise.
    public var uid: String?
    /// Deletes only this version of the object; 409 otherwise.
    public var resourceVersion: String?
    /// `nil` leaves it to the type: for most, ``Propagation/background``.
    public var propagation: Propagation?
    /// `nil` leaves it to the object.
    public var gracePeriodSeconds: Int?

    public init(
        uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation? = nil,
        gracePeriodSeconds: Int? = nil
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
    }

    /// Deletes exactly the object as it was read.
    public init(exactly object: some KubernetesResource) {
        self.init(uid: object.uid, resourceVersion: object.resourceVersion)
    }

    /// `nil` where there is nothing to say.
    var body: JSONValue? {
        guard self != DeleteOptions() else { return nil }
        var body: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1"]
        if let uid { body[["preconditions", "uid"]] = .string(uid) }
        if let resourceVersion { body[["preconditions", "resourceVersion"]] = .string(resourceVersion) }
        body["propagationPolicy"] = propagation.map { .string($0.rawValue) }
        body["gracePeriodSeconds"] = gracePeriodSeconds.map { .integer(Int64($0)) }
        return body
    }
}

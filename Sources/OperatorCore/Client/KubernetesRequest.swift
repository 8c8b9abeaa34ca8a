import HTTPTypes

/// One request to the API server before it is sent: what is asked of which object.
struct KubernetesRequest: Sendable {
    /// The API's verbs, as RBAC names them.
    enum Verb: String, Sendable {
        case get, list, create, update, patch, delete, watch

        var method: HTTPRequest.Method {
            switch self {
            case .get, .list, .watch: .get
            case .create: .post
            case .update: .put
            case .patch: .patch
            case .delete: .delete
            }
        }

    }

    let verb: Verb
    let type: ResourceType
    let namespace: String
    /// Of the one object that is meant; for ``Verb/list`` and ``Verb/watch`` only for people.
    let name: String?
    /// `status` and the like.
    let subresource: String?
    let query: [(name: String, value: String)]
    let body: JSONValue?
    /// Of the body.
    let contentType: String

    /// Refuses names that the path cannot carry: an empty one would turn the deletion of an object into that of all.
    init(
        _ verb: Verb, _ type: ResourceType, namespace: String, name: String? = nil, subresource: String? = nil,
        query: [(name: String, value: String)] = [], body: JSONValue? = nil, contentType: String = "application/json"
    ) throws(KubernetesError) {
        self.verb = verb
        self.type = type
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
        self.query = query
        self.body = body
        self.contentType = contentType
        try checkNamespace()
        if let subresource { try check(subresource, "subresource") }
        switch verb {
        case .get, .update, .patch, .delete: try check(name ?? "", "name")
        case .list, .create, .watch: break
        }
    }

    /// `update leases esddns/esddns-leader`, `patch certificates/status web/site`, `get nodes one`.
    var label: String {
        let what = subresource.map { "\(type.plural)/\($0)" } ?? type.plural
        let place = [type.scope == .cluster ? nil : namespace, name].compactMap(\.self).joined(separator: "/")
        return place.isEmpty ? "\(verb.rawValue) \(what)" : "\(verb.rawValue) \(what) \(place)"
    }

    /// Path and query, percent-encoded.
    var target: String {
        let isEverywhere = namespace == ResourceType.allNamespaces
        var path = type.path(namespace: isEverywhere ? namespace : Self.encoded(namespace))
        switch verb {
        case .get, .update, .patch, .delete: path += "/\(Self.encoded(name ?? ""))"
        case .list, .create, .watch: break
        }
        if let subresource { path += "/\(Self.encoded(subresource))" }
        let query = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    func failure(
        _ failure: KubernetesError.Failure, _ message: String, retryAfter: Duration? = nil
    ) -> KubernetesError {
        KubernetesError(failure, message: message, request: label, retryAfter: retryAfter)
    }

    private func checkNamespace() throws(KubernetesError) {
        switch (type.scope, verb) {
        case (.cluster, _):
            guard namespace.isEmpty else {
                throw failure(
                    .configuration,
                    "\(type.plural) lie in no namespace, so \(JSONValue.string(namespace.prefix(utf8Bytes: 80))) cannot be given"
                )
            }
        case (.namespaced, .list) where namespace == ResourceType.allNamespaces: break
        case (.namespaced, .watch) where namespace == ResourceType.allNamespaces: break
        case (.namespaced, _):
            guard namespace != ResourceType.allNamespaces else {
                throw failure(.configuration, "all namespaces at once can only be listed and watched")
            }
            try check(namespace, "namespace")
        }
    }

    /// What the API server itself demands of a name in a path.
    private func check(_ segment: String, _ what: String) throws(KubernetesError) {
        let hasBadByte = segment.utf8.contains {
            $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%")
        }
        guard !segment.isEmpty, segment != ".", segment != "..", !hasBadByte else {
            throw failure(
                .configuration,
                "the \(what) \(JSONValue.string(segment.prefix(utf8Bytes: 80))) cannot name an object: it has to be a DNS name, such as esddns"
            )
        }
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986 section 2.3).
    static func encoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                output += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return output
    }
}

/// What a request to the API server is about, read from its method and path alone.
struct RequestInfo: Hashable, Sendable {
    /// Kubernetes' verb (`get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`), or the method
    /// in lower case where the path names no resource.
    var verb: String
    var path: String
    var group = ""
    var version = ""
    var namespace: String?
    /// The plural; `nil` for paths such as `/healthz`.
    var resource: String?
    var subresource: String?
    /// Name of the object. For list and watch the one that the field selector names.
    var name: String?
    /// Whether the path ends in the name of an object.
    var isSingleObject = false

    init(_ request: SimulatedRequest) {
        let method = request.method.uppercased()
        path = request.path
        verb = method.lowercased()
        var parts = path.split(separator: "/").map(String.init)[...]
        switch parts.first {
        case "api" where parts.count >= 3:
            version = parts[1]
            parts = parts.dropFirst(2)
        case "apis" where parts.count >= 4:
            group = parts[1]
            version = parts[2]
            parts = parts.dropFirst(3)
        default: return
        }
        if parts.first == "namespaces", parts.count >= 2 {
            namespace = parts[parts.startIndex + 1]
            // `/namespaces/NAME` and its sub-resources are about the namespace itself.
            let isItself = parts.count == 2 || (parts.count == 3 && ["finalize", "status"].contains(parts.last))
            if !isItself { parts = parts.dropFirst(2) }
        }
        let rest = Array(parts)
        resource = rest.first
        if rest.count >= 2 { name = rest[1] }
        if rest.count >= 3 { subresource = rest[2...].joined(separator: "/") }
        isSingleObject = name != nil
        verb = Self.verb(method: method, isSingleObject: isSingleObject, request: request)
        if !isSingleObject, ["list", "watch", "deletecollection"].contains(verb) {
            name = FieldSelector.name(in: request.query("fieldSelector") ?? "")
        }
    }

    private static func verb(method: String, isSingleObject: Bool, request: SimulatedRequest) -> String {
        switch method {
        case "GET", "HEAD":
            let isWatch = request.query.contains { $0.name == "watch" && ListOptions.bool($0.value) }
            return isWatch ? "watch" : isSingleObject ? "get" : "list"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return isSingleObject ? "delete" : "deletecollection"
        default: return method.lowercased()
        }
    }
}

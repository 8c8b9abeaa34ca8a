/// An answer other than success, as the API server words it: a `Status` object.
struct APIFailure: Error, Sendable {
    var code: Int
    var reason: String?
    var message: String
    /// `nil` leaves `details` out; the server distinguishes that from an empty object.
    var details: OrderedJSON?
    var metadata: OrderedJSON = .object([])
    /// Sent as `Retry-After` and inside the details.
    var retryAfterSeconds: Int?
    var isPretty = false
    /// Replaces the Status object as a whole by plain text.
    var plainText: String?

    var status: OrderedJSON {
        var status: OrderedJSON = [
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
            "message": .string(message),
        ]
        if let reason { status["reason"] = .string(reason) }
        if let details { status["details"] = details }
        status["code"] = .integer(Int64(code))
        return status
    }
}

extension APIFailure {
    /// `name`, `group`, `kind`, `causes` … in the server's order; empty ones are left out.
    private static func details(
        name: String = "", group: String = "", kind: String = "", causes: [OrderedJSON] = [],
        retryAfterSeconds: Int? = nil
    ) -> OrderedJSON {
        var details: OrderedJSON = .object([])
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        if !kind.isEmpty { details["kind"] = .string(kind) }
        if !causes.isEmpty { details["causes"] = .array(causes) }
        if let retryAfterSeconds { details["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        return details
    }

    private static func qualified(_ name: String, _ group: String) -> String {
        group.isEmpty ? name : "\(name).\(group)"
    }

    static func notFound(_ plural: String, group: String = "", name: String) -> APIFailure {
        APIFailure(
            code: 404, reason: "NotFound", message: "\(qualified(plural, group)) \(goQuoted(name)) not found",
            details: details(name: name, group: group, kind: plural))
    }

    static func alreadyExists(_ resource: SimulatedResource, name: String) -> APIFailure {
        APIFailure(
            code: 409, reason: "AlreadyExists",
            message: "\(resource.qualifiedPlural) \(goQuoted(name)) already exists",
            details: details(name: name, group: resource.groupInErrors, kind: resource.plural))
    }

    static let modified =
        "the object has been modified; please apply your changes to the latest version and try again"

    static func conflict(_ resource: SimulatedResource, name: String, _ why: String = modified) -> APIFailure {
        APIFailure(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource.qualifiedPlural) \(goQuoted(name)): \(why)",
            details: details(name: name, group: resource.groupInErrors, kind: resource.plural))
    }

    /// Deleting is the one operation whose conflict names the kind instead of the resource.
    static func deleteConflict(_ resource: SimulatedResource, name: String, _ why: String) -> APIFailure {
        APIFailure(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource.qualifiedKind) \(goQuoted(name)): \(why)",
            details: details(name: name, group: resource.groupInErrors, kind: resource.kind))
    }

    static func applyConflict(
        _ conflicts: [(manager: String, apiVersion: String, path: FieldSet.Path)]
    ) -> APIFailure {
        let shown = conflicts.map { path in
            path.path.map { "." + ($0.hasPrefix("f:") ? String($0.dropFirst(2)) : $0) }.joined()
        }
        let causes: [OrderedJSON] = zip(conflicts, shown).map { conflict, path in
            [
                "reason": "FieldManagerConflict",
                "message": .string("conflict with \(goQuoted(conflict.manager)) using \(conflict.apiVersion)"),
                "field": .string(path),
            ]
        }
        let message: String
        if let only = conflicts.first, conflicts.count == 1 {
            message =
                "Apply failed with 1 conflict: conflict with \(goQuoted(only.manager)) "
                + "using \(only.apiVersion): \(shown[0])"
        } else {
            let lines = zip(conflicts, shown).map { "- \(goQuoted($0.manager)) using \($0.apiVersion): \($1)" }
            message = "Apply failed with \(conflicts.count) conflicts:\n" + lines.joined(separator: "\n")
        }
        return APIFailure(code: 409, reason: "Conflict", message: message, details: details(causes: causes))
    }

    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(code: 400, reason: "BadRequest", message: message)
    }

    /// Errors that the real server did not foresee: a status 500 without reason.
    static func unexpected(_ message: String) -> APIFailure { APIFailure(code: 500, message: message) }

    static func invalid(
        kind: String, group: String, name: String, _ errors: [FieldError]
    ) -> APIFailure {
        var texts: [String] = []
        for error in errors where !texts.contains(error.description) { texts.append(error.description) }
        let shown = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        return APIFailure(
            code: 422, reason: "Invalid", message: "\(qualified(kind, group)) \(goQuoted(name)) is invalid: \(shown)",
            details: details(name: name, group: group, kind: kind, causes: errors.map(\.cause)))
    }

    static let unauthorized = APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static let methodNotAllowed = APIFailure(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: .object([]))

    static let resourceNotFound = APIFailure(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource",
        details: .object([]))

    static let pageNotFound = APIFailure(
        code: 404, message: "404 page not found", plainText: "404 page not found\n")

    private static let representations =
        "application/json, application/yaml, application/vnd.kubernetes.protobuf"

    static let notAcceptable = APIFailure(
        code: 406, reason: "NotAcceptable",
        message: "406: Not Acceptable\n\nAvailable representations: \(representations)", details: .object([]),
        isPretty: true)

    static let unsupportedPatch = APIFailure(
        code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: .object([]))

    static let unsupportedBody = APIFailure(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: \(representations)")

    static let bodyTooLarge = APIFailure(
        code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is 3145728",
        details: .object([]))

    static func tooLargeResourceVersion(_ asked: UInt64, current: UInt64) -> APIFailure {
        APIFailure(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: details(
                causes: [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                retryAfterSeconds: 1),
            retryAfterSeconds: 1)
    }

    static let expiredList = APIFailure(
        code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")

    static func expiredContinue(_ inconsistent: String) -> APIFailure {
        APIFailure(
            code: 410, reason: "Expired",
            message: "The provided continue parameter is too old to display a consistent list result. "
                + "You can start a new list without the continue parameter, or use the continue token in this "
                + "response to retrieve the remainder of the results. Continuing with the provided token results in "
                + "an inconsistent list - objects that were created, modified, or deleted between the time the first "
                + "chunk was returned and now may show up in the list.",
            metadata: ["continue": .string(inconsistent)])
    }

    /// The content of a watch's ERROR event.
    static func tooOldResourceVersion(_ asked: UInt64, oldest: UInt64) -> APIFailure {
        APIFailure(code: 410, reason: "Expired", message: "too old resource version: \(asked) (\(oldest))")
    }

    static func forbidden(_ request: RequestInfo, user: String) -> APIFailure {
        guard let resource = request.resource else {
            return APIFailure(
                code: 403, reason: "Forbidden",
                message: "forbidden: User \(goQuoted(user)) cannot \(request.verb) path \(goQuoted(request.path))",
                details: .object([]))
        }
        let subject = qualified(resource, request.group)
        let full = request.subresource.map { "\(resource)/\($0)" } ?? resource
        let place = request.namespace.map { "in the namespace \(goQuoted($0))" } ?? "at the cluster scope"
        let name = request.name.map { " \(goQuoted($0))" } ?? ""
        return APIFailure(
            code: 403, reason: "Forbidden",
            message: "\(subject)\(name) is forbidden: User \(goQuoted(user)) cannot \(request.verb) resource "
                + "\(goQuoted(full)) in API group \(goQuoted(request.group)) \(place)",
            details: details(name: request.name ?? "", group: request.group, kind: resource))
    }
}

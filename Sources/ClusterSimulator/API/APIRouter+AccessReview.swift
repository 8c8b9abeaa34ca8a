extension APIRouter {
    /// Where a user asks what it may do; an answer, and no object that is kept.
    static let accessReviews = "selfsubjectaccessreviews"
    static let accessReviewGroup = "authorization.k8s.io"

    static func isAccessReview(_ info: RequestInfo) -> Bool {
        info.group == accessReviewGroup && info.version == "v1" && info.resource == accessReviews
            && info.subresource == nil
    }

    /// `POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews`: whether the user of the request may do something.
    static func reviewAccess(_ context: APIContext, _ state: APIState) throws(APIFailure) -> SimulatedResponse {
        guard context.info.namespace == nil else { throw .resourceNotFound }
        guard context.request.method == "POST", context.info.name == nil else { throw .methodNotAllowed }
        try checkAccept(context.request)
        guard context.request.body.count <= maximumBodyBytes else { throw .bodyTooLarge }
        let review = try decodeBody(context, .accessReviews)
        _ = try context.isDryRun()
        let spec = review["spec"] ?? .object([])
        let (resource, path) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        var managers = ManagedFields(of: .object([]))
        var fields = ownedFields(of: review, .accessReviews)
        for name in ["resourceAttributes", "nonResourceAttributes"] where spec[name] != nil {
            fields[["f:spec", "f:\(name)"]] = .some(nil)
        }
        managers.recordUpdate(from: [:], to: fields, by: context.actor(for: .accessReviews))
        try checkAccessReview(review, resource, path, managers)

        let asked = resource.map(RequestInfo.init(attributes:)) ?? RequestInfo(nonResource: path ?? .object([]))
        let decision = state.decision(asked, of: context.user)
        var status: OrderedJSON = ["allowed": .bool(decision.isAllowed)]
        status["reason"] = decision.reason.map(OrderedJSON.string)
        var metadata: OrderedJSON = .object([])
        metadata["managedFields"] = managers.json
        return json(
            201,
            [
                "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "metadata": metadata,
                "spec": spec, "status": status,
            ])
    }

    private static func checkAccessReview(
        _ review: OrderedJSON, _ resource: OrderedJSON?, _ path: OrderedJSON?, _ managers: ManagedFields
    ) throws(APIFailure) {
        var problems: [FieldError] = []
        switch (resource, path) {
        case (nil, nil):
            problems.append(
                FieldError(
                    kind: .invalid, field: "spec.resourceAttributes",
                    message: "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be "
                        + "specified"))
        case (_?, let path?):
            // The value is the Go struct's, whose fields have no other names.
            let value: OrderedJSON = ["Path": path["path"] ?? "", "Verb": path["verb"] ?? ""]
            problems.append(
                FieldError(
                    kind: .invalid, field: "spec.nonResourceAttributes",
                    message: "Invalid value: \(value): cannot be specified in combination with resourceAttributes"))
        default: break
        }
        var metadata = review["metadata"] ?? .object([])
        // What the path says goes before it: these are of the whole cluster.
        metadata["namespace"] = nil
        metadata["managedFields"] = nil
        if metadata.members?.isEmpty == false {
            metadata["managedFields"] = managers.json
            problems.append(
                FieldError(kind: .invalid, field: "metadata", message: "Invalid value: \(metadata): must be empty"))
        }
        guard problems.isEmpty else {
            throw .invalid(kind: "", group: accessReviewGroup, name: "", problems)
        }
    }
}

extension RequestInfo {
    /// What `spec.resourceAttributes` of an access review describes.
    init(attributes: OrderedJSON) {
        func text(_ name: String) -> String? { attributes[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        verb = text("verb") ?? ""
        path = ""
        group = text("group") ?? ""
        version = text("version") ?? ""
        namespace = text("namespace")
        resource = text("resource") ?? ""
        subresource = text("subresource")
        name = text("name")
    }

    /// What `spec.nonResourceAttributes` of an access review describes.
    init(nonResource attributes: OrderedJSON) {
        verb = attributes["verb"]?.string ?? ""
        path = attributes["path"]?.string ?? ""
    }
}

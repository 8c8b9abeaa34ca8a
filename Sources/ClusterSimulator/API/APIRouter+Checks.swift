extension APIRouter {
    /// The body of a create or update as an object of the resource, in the form that is stored.
    static func decodeBody(_ context: APIContext, _ resource: SimulatedResource) throws(APIFailure) -> OrderedJSON {
        guard ["", "application/json"].contains(context.contentType) else { throw .unsupportedBody }
        let body = context.request.body
        var json: OrderedJSON
        do { json = try OrderedJSON(parsing: body) } catch {
            throw unrecognised("couldn't get version/kind; json parse error: \(error)", body, resource)
        }
        guard case .object = json else {
            let why =
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(json.typeName) into Go value "
                + "of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                + "Kind string \"json:\\\"kind,omitempty\\\"\" }"
            throw unrecognised(why, body, resource)
        }
        let kind = json["kind"]?.string ?? resource.kind
        let apiVersion = json["apiVersion"]?.string ?? resource.apiVersion
        let version = apiVersion.split(separator: "/").last.map(String.init) ?? apiVersion
        guard apiVersion == resource.apiVersion else {
            // The real server names the place in its sources where its types are registered.
            throw .badRequest(
                "\(kind) in version \(goQuoted(version)) cannot be handled as a \(resource.kind): "
                    + "no kind \(goQuoted(kind)) is registered for version \(goQuoted(apiVersion)) in scheme "
                    + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"")
        }
        guard kind == resource.kind else {
            throw .badRequest(
                "\(kind) in version \(goQuoted(version)) cannot be handled as a \(resource.kind): "
                    + "no kind \(goQuoted(kind)) is registered for version \(goQuoted(apiVersion)) in this server")
        }
        json["kind"] = .string(resource.kind)
        json["apiVersion"] = .string(resource.apiVersion)
        do { return try resource.storedForm(of: json) } catch {
            throw .badRequest(
                "\(kind) in version \(goQuoted(version)) cannot be handled as a \(resource.kind): \(error.message)")
        }
    }

    private static func unrecognised(_ why: String, _ body: [UInt8], _ resource: SimulatedResource) -> APIFailure {
        let shown: String
        if body.isEmpty {
            shown = "<empty>"
        } else if body.first == UInt8(ascii: "{") {
            shown = String(decoding: body.prefix(30), as: UTF8.self) + (body.count > 30 ? " ..." : "")
        } else {
            let digits = body.prefix(30).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }
            shown = digits.joined() + (body.count > 30 ? " ..." : "")
        }
        return .badRequest("the object provided is unrecognized (must be of type \(resource.kind)): \(why) (\(shown))")
    }

    static func settleNamespace(
        of object: inout OrderedJSON, _ context: APIContext, _ resource: SimulatedResource
    ) throws(APIFailure) {
        guard resource.isNamespaced, let namespace = context.info.namespace else {
            object.setMetadata("namespace", nil)
            return
        }
        if let other = object.metadataNamespace, other != namespace {
            throw .badRequest(
                context.info.verb == "create"
                    ? "the namespace of the provided object does not match the namespace sent on the request"
                    : "the namespace of the object (\(other)) does not match the namespace on the request "
                        + "(\(namespace))")
        }
        object.setMetadata("namespace", .string(namespace))
    }

    static func requireNamespace(
        _ context: APIContext, _ resource: SimulatedResource, _ state: APIState
    ) throws(APIFailure) {
        guard resource.isNamespaced, let namespace = context.info.namespace, !state.hasNamespace(namespace) else {
            return
        }
        throw .notFound("namespaces", name: namespace)
    }

    /// The name of a new object, generated where the client asks for that.
    static func settleName(
        of object: inout OrderedJSON, _ context: APIContext, _ resource: SimulatedResource, _ state: APIState
    ) throws(APIFailure) -> String {
        if let name = object.metadataName { return name }
        guard let prefix = object[path: "metadata", "generateName"]?.string else { return "" }
        var name: String
        repeat { name = prefix + randomSuffix() } while state.store.objects[key(context, resource, name: name)] != nil
        object.setMetadata("name", .string(name))
        return name
    }

    static func checkName(of object: OrderedJSON, _ context: APIContext) throws(APIFailure) {
        let name = context.info.name ?? ""
        guard let other = object.metadataName else {
            throw .badRequest("the name of the object (\(name) based on URL) was undeterminable: name must be provided")
        }
        guard other == name else {
            throw .badRequest("the name of the object (\(other)) does not match the name on the URL (\(name))")
        }
    }

    /// A uid in an update is a precondition; it fails for an absent object, too.
    static func checkUID(
        of object: OrderedJSON, against old: OrderedJSON?, key: ObjectStore.Key, _ resource: SimulatedResource
    ) throws(APIFailure) {
        guard let wanted = object[path: "metadata", "uid"]?.string else { return }
        let uid = old?[path: "metadata", "uid"]?.string ?? ""
        guard wanted != uid else { return }
        let path = [resource.plural, key.namespace, key.name].filter { !$0.isEmpty }.joined(separator: "/")
        throw .conflict(
            resource, name: key.name,
            "StorageError: invalid object, Code: 4, Key: /registry/\(path), ResourceVersion: 0, AdditionalErrorMsg: "
                + "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(uid)")
    }

    static func checkVersion(
        of object: OrderedJSON, against old: OrderedJSON, name: String, _ resource: SimulatedResource
    ) throws(APIFailure) {
        let text = object.metadataResourceVersion ?? ""
        guard text.isEmpty || UInt64(text) != nil else { throw .unexpected(ListOptions.malformedVersion(text)) }
        if text.isEmpty || text == "0" {
            guard !resource.allowsUnconditionalUpdate else { return }
            throw .invalid(
                kind: resource.plural, group: resource.groupInErrors, name: name,
                [.invalid("metadata.resourceVersion", number: 0, "must be specified for an update")])
        }
        guard text == old.metadataResourceVersion else { throw .conflict(resource, name: name) }
    }

    static func validate(
        _ object: OrderedJSON, replacing old: OrderedJSON?, _ resource: SimulatedResource, name: String
    ) throws(APIFailure) {
        let problems = ObjectValidation.problems(with: object, replacing: old, as: resource)
        guard problems.isEmpty else {
            throw .invalid(kind: resource.kind, group: resource.groupInErrors, name: name, problems)
        }
    }

    static func ownedFields(of object: OrderedJSON, _ resource: SimulatedResource) -> [FieldSet.Path: OrderedJSON?] {
        var values = FieldSet.values(of: object, schema: resource.storedSchema ?? resource.schema)
        // What the server sets in a namespace by itself belongs to nobody.
        if resource.plural == "namespaces" {
            values = values.filter { $0.key.first != "f:spec" && $0.key.first != "f:status" }
        }
        return values
    }

    /// A random UUID (RFC 9562, version 4).
    static func makeUID() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }

    /// Five characters of the alphabet that the server uses for generated names: no vowels, nothing ambiguous.
    private static func randomSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}

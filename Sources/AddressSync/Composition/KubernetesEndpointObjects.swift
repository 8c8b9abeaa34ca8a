import CurlHTTP
import DNSRecords
import OperatorCore

/// `DNSEndpoint` of external-dns: record sets that it is to make.
struct DNSEndpoint: KubernetesResource {
    static let type = ResourceType(
        group: "externaldns.k8s.io", version: "v1alpha1", kind: "DNSEndpoint", plural: "dnsendpoints")
    var json: JSONValue

    /// `spec.endpoints`, each as it is.
    var endpoints: [JSONValue] {
        get { json[["spec", "endpoints"]]?.array ?? [] }
        set { json[["spec", "endpoints"]] = .array(newValue) }
    }
}

/// Keeps `DNSEndpoint` objects of one namespace, with optimistic concurrency.
struct KubernetesEndpointObjects: EndpointObjectStore {
    private let objects: ResourceClient<DNSEndpoint>

    init(api: any KubernetesAPI, namespace: String, timeout: Duration = .seconds(10)) {
        objects = api.resources(DNSEndpoint.self, namespace: namespace, timeout: timeout)
    }

    func read(_ object: String) async throws(ProviderError) -> EndpointObject? {
        guard let found = try await find(object) else { return nil }
        return EndpointObject(
            entries: try found.endpoints.map { json throws(ProviderError) in try entry(json, of: object) },
            version: found.resourceVersion ?? "")
    }

    func put(
        _ entry: ExternalDNSEndpoint, into object: String, version: String?
    ) async throws(ProviderError) {
        guard let version else { return try await create(entry, in: object) }
        guard var found = try await find(object), found.resourceVersion == version else { throw changed(object) }
        guard !found.isBeingDeleted else {
            throw ProviderError(.temporary, "the DNSEndpoint object \(label(object)) is being deleted")
        }
        var endpoints = found.endpoints
        let key = Key(Self.json(entry))
        if let index = endpoints.firstIndex(where: { Key($0) == key }) {
            for (field, value) in Self.json(entry).object ?? [:] { endpoints[index][field] = value }
            if entry.recordTTL == nil { endpoints[index]["recordTTL"] = nil }
        } else {
            endpoints.append(Self.json(entry))
        }
        found.endpoints = endpoints
        do throws(KubernetesError) {
            _ = try await objects.update(found)
        } catch {
            throw error.isNotFound ? changed(object) : failure(error, object)
        }
    }

    private func create(_ entry: ExternalDNSEndpoint, in object: String) async throws(ProviderError) {
        var new = DNSEndpoint(name: object)
        new.labels = ["app.kubernetes.io/managed-by": "esddns"]
        new.endpoints = [Self.json(entry)]
        do throws(KubernetesError) {
            _ = try await objects.create(new)
        } catch {
            throw error.isAlreadyExists ? changed(object) : failure(error, object)
        }
    }

    private func find(_ object: String) async throws(ProviderError) -> DNSEndpoint? {
        do throws(KubernetesError) {
            return try await objects.get(object)
        } catch {
            if error.isNotFound, !Self.isAboutKind(error) { return nil }
            throw failure(error, object)
        }
    }

    // MARK: Entries

    /// What tells entries apart.
    private struct Key: Hashable {
        var name: String
        var type: String
        var identifier: String

        init(_ json: JSONValue) {
            let text = json["dnsName"]?.string ?? ""
            name = (text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased()
            type = json["recordType"]?.string ?? ""
            identifier = json["setIdentifier"]?.string ?? ""
        }
    }

    private func entry(_ json: JSONValue, of object: String) throws(ProviderError) -> ExternalDNSEndpoint {
        // The schema allows an entry without a name, which is about nothing.
        guard json.object != nil else {
            throw ProviderError(.temporary, "the DNSEndpoint object \(label(object)) has an entry that is none")
        }
        func texts(_ value: JSONValue?) -> [String: String]? { value?.object?.compactMapValues(\.string) }
        return ExternalDNSEndpoint(
            dnsName: json["dnsName"]?.string ?? "", targets: json["targets"]?.array?.compactMap(\.string),
            recordType: json["recordType"]?.string, setIdentifier: json["setIdentifier"]?.string,
            recordTTL: json["recordTTL"]?.integer, labels: texts(json["labels"]),
            providerSpecific: json["providerSpecific"]?.array?.map {
                .init(name: $0["name"]?.string, value: $0["value"]?.string)
            })
    }

    /// The fields of an entry that are ours to write. The others stay as the object has them.
    private static func json(_ entry: ExternalDNSEndpoint) -> JSONValue {
        var json: JSONValue = [
            "dnsName": .string(entry.dnsName), "targets": .array((entry.targets ?? []).map(JSONValue.string)),
        ]
        json["recordType"] = entry.recordType.map(JSONValue.string)
        json["recordTTL"] = entry.recordTTL.map(JSONValue.integer)
        json["setIdentifier"] = entry.setIdentifier.map(JSONValue.string)
        return json
    }

    // MARK: Failures

    private func label(_ object: String) -> String { "\(objects.namespace)/\(object)" }

    private func changed(_ object: String) -> ProviderError {
        ProviderError(.conflict, "the DNSEndpoint object \(label(object)) is not what it was a moment ago")
    }

    /// Whether it is the kind of object that the cluster does not know, rather than the one object.
    private static func isAboutKind(_ error: KubernetesError) -> Bool {
        switch error.failure {
        case .status(404, _): error.message.contains("could not find the requested resource")
        // Of a group that nobody has registered, the API server says this and no more.
        case .unexpectedAnswer: error.message.hasPrefix("HTTP 404") && error.message.contains("404 page not found")
        default: false
        }
    }

    private func failure(_ error: KubernetesError, _ object: String) -> ProviderError {
        if Self.isAboutKind(error) {
            return ProviderError(
                .permanent,
                "the cluster has no DNSEndpoint objects (\(DNSEndpoint.type.apiVersion)); install external-dns with its "
                    + "custom resource definition and --source=crd, or choose another provider")
        }
        let kind: ProviderError.Kind =
            switch error.failure {
            case .status(401, _), .status(403, _): .refused
            case .status(409, _): .conflict
            case .status(429, _): .limited(retryAfter: error.retryAfter ?? .seconds(10))
            case .status(400..<500, _), .configuration: .permanent
            case .status, .transport, .unexpectedAnswer:
                // Only writes are uncertain, and those say so.
                error.mayHaveBeenApplied && !error.request.hasPrefix("get") ? .uncertain : .temporary
            }
        let advice =
            kind == .refused
            ? "; allow the service account to get, create and update dnsendpoints of \(DNSEndpoint.type.group) in the "
                + "namespace \(objects.namespace)" : ""
        return ProviderError(kind, "\(error)\(advice)")
    }
}

extension UpdaterSettings {
    /// Stands for the API server while settings are checked.
    struct NoEndpointObjects: EndpointObjectStore {
        func read(_ object: String) throws(ProviderError) -> EndpointObject? {
            throw ProviderError(.temporary, "the API server is not known yet")
        }

        func put(_ entry: ExternalDNSEndpoint, into object: String, version: String?) throws(ProviderError) {
            throw ProviderError(.temporary, "the API server is not known yet")
        }
    }
}

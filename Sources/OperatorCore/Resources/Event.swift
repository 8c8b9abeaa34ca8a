/// An Event of the core group: what `kubectl describe` shows below the object that it is about.
public struct Event: KubernetesResource {
    public static let type = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
    public var json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// How the event is marked for its readers.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// Longest message in bytes; the API server refuses more in the newer of its two event types.
    public static let maximumMessageBytes = 1024

    /// A new event about `object`, to be created in the object's own namespace.
    ///
    /// The server completes the name from the object's name. The object's `uid` and `resourceVersion` are passed on
    /// where it has them, so that an event does not show up on a successor of the same name.
    ///
    /// - Parameters:
    ///   - namespace: of the object; the server demands that the event lies in the same one.
    ///   - reason: one word in upper camel case, such as `LeaderElection`.
    ///   - message: a sentence for people; cut at ``maximumMessageBytes``.
    ///   - component: the program that reports, such as `esddns-leader`.
    ///   - instance: which of its replicas; usually the pod's name.
    ///   - time: when it happened, by the wall clock; whole seconds are kept.
    public init<Resource: KubernetesResource>(
        about object: Resource,
        namespace: String,
        reason: String,
        message: String,
        severity: Severity = .normal,
        component: String,
        instance: String = "",
        time: MicroTime
    ) {
        self.init(
            metadata: ["generateName": .string("\(object.name ?? "unnamed").")],
            involving: Self.reference(to: object, namespace: namespace), reason: reason, message: message,
            severity: severity, component: component, instance: instance, time: time)
    }

    /// - Parameters:
    ///   - metadata: names the event, or says how the server is to do that.
    ///   - involved: from ``reference(to:namespace:)``.
    init(
        metadata: JSONValue, involving involved: JSONValue, reason: String, message: String, severity: Severity,
        component: String, instance: String, time: MicroTime
    ) {
        let seconds = JSONValue.string(time.wholeSeconds)
        json = [
            "apiVersion": .string(Self.type.apiVersion),
            "kind": .string(Self.type.kind),
            "metadata": metadata,
            "involvedObject": involved,
            "reason": .string(reason),
            "message": .string(message.prefix(utf8Bytes: Self.maximumMessageBytes)),
            "type": .string(severity.rawValue),
            "source": ["component": .string(component)],
            "reportingComponent": .string(component),
            "reportingInstance": .string(instance),
            "firstTimestamp": seconds,
            "lastTimestamp": seconds,
            "count": 1,
        ]
    }

    /// How an event names the object that it is about.
    static func reference<Resource: KubernetesResource>(to object: Resource, namespace: String) -> JSONValue {
        var involved: [String: JSONValue] = [
            "apiVersion": .string(Resource.type.apiVersion),
            "kind": .string(Resource.type.kind),
            "namespace": .string(namespace),
        ]
        for (key, value) in [("name", object.name), ("uid", object.uid), ("resourceVersion", object.resourceVersion)] {
            involved[key] = value.map(JSONValue.string)
        }
        return .object(involved)
    }

    public var reason: String? { json["reason"]?.string }
    public var message: String? { json["message"]?.string }
    public var severity: Severity? { json["type"]?.string.flatMap(Severity.init) }
    /// How often it has happened.
    public var count: Int? { json["count"]?.integer.flatMap(Int.init(exactly:)) }
}

extension String {
    /// The longest beginning that takes at most that many bytes of UTF-8 without cutting a character's encoding.
    func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension ObjectSchema {
    private typealias F = Field

    /// `ObjectMeta`, in the order in which the server writes it.
    static let metadata = ObjectSchema(
        typeName: "ObjectMeta",
        fields: [
            F(name: "name", type: .string), F(name: "generateName", type: .string),
            F(name: "namespace", type: .string), F(name: "selfLink", type: .string), F(name: "uid", type: .string),
            F(name: "resourceVersion", type: .string), F(name: "generation", type: .any),
            F(name: "creationTimestamp", type: .time), F(name: "deletionTimestamp", type: .time),
            F(name: "deletionGracePeriodSeconds", type: .any, presence: .omitNull),
            F(name: "labels", type: .stringMap), F(name: "annotations", type: .stringMap),
            F(name: "ownerReferences", type: .list(.any)), F(name: "finalizers", type: .list(.string)),
            F(name: "managedFields", type: .list(.any)),
        ])

    static let header = [
        F(name: "kind", type: .string), F(name: "apiVersion", type: .string),
        F(name: "metadata", type: .object(metadata), presence: .always(.object([]))),
    ]

    static let configMap = ObjectSchema(
        typeName: "ConfigMap",
        fields: header + [
            F(name: "immutable", type: .bool, presence: .omitNull), F(name: "data", type: .stringMap),
            F(name: "binaryData", type: .bytesMap),
        ])

    static let lease = ObjectSchema(
        typeName: "Lease",
        fields: header + [
            F(
                name: "spec",
                type: .object(
                    ObjectSchema(
                        typeName: "LeaseSpec",
                        fields: [
                            F(name: "holderIdentity", type: .string, presence: .omitNull),
                            F(name: "leaseDurationSeconds", type: .int32, presence: .omitNull),
                            F(name: "acquireTime", type: .microTime, presence: .omitNull),
                            F(name: "renewTime", type: .microTime, presence: .omitNull),
                            F(name: "leaseTransitions", type: .int32, presence: .omitNull),
                            F(name: "strategy", type: .string, presence: .omitNull),
                            F(name: "preferredHolder", type: .string, presence: .omitNull),
                        ])), presence: .always(.object([])))
        ])

    static let namespace = ObjectSchema(
        typeName: "Namespace",
        fields: header + [
            F(
                name: "spec",
                type: .object(
                    ObjectSchema(
                        typeName: "NamespaceSpec", fields: [F(name: "finalizers", type: .list(.string))])),
                presence: .always(.object([]))),
            F(
                name: "status",
                type: .object(
                    ObjectSchema(typeName: "NamespaceStatus", fields: [F(name: "phase", type: .string)])),
                presence: .always(.object([]))),
        ])

    private static let objectReference = ObjectSchema(
        typeName: "ObjectReference",
        fields: ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]
            .map { F(name: $0, type: .string) })

    private static let eventSource = ObjectSchema(
        typeName: "EventSource", fields: ["component", "host"].map { F(name: $0, type: .string) })

    private static let eventSeries = ObjectSchema(
        typeName: "EventSeries",
        fields: [
            F(name: "count", type: .int32),
            F(name: "lastObservedTime", type: .microTime, presence: .always(.null)),
        ])

    /// `Event` of the core group: also the form in which events are stored.
    static let coreEvent = ObjectSchema(
        typeName: "Event",
        fields: header + [
            F(name: "involvedObject", type: .atomicObject(objectReference), presence: .always(.object([]))),
            F(name: "reason", type: .string), F(name: "message", type: .string),
            F(name: "source", type: .object(eventSource), presence: .always(.object([]))),
            F(name: "firstTimestamp", type: .time, presence: .always(.null)),
            F(name: "lastTimestamp", type: .time, presence: .always(.null)), F(name: "count", type: .int32),
            F(name: "type", type: .string), F(name: "eventTime", type: .microTime, presence: .always(.null)),
            F(name: "series", type: .object(eventSeries)), F(name: "action", type: .string),
            F(name: "related", type: .atomicObject(objectReference)),
            F(name: "reportingComponent", type: .string, presence: .always("")),
            F(name: "reportingInstance", type: .string, presence: .always("")),
        ])

    /// `Event` of events.k8s.io/v1.
    static let event = ObjectSchema(
        typeName: "Event",
        fields: header + [
            F(name: "eventTime", type: .microTime, presence: .always(.null)),
            F(name: "series", type: .object(eventSeries)), F(name: "reportingController", type: .string),
            F(name: "reportingInstance", type: .string), F(name: "action", type: .string),
            F(name: "reason", type: .string),
            F(name: "regarding", type: .atomicObject(objectReference), presence: .always(.object([]))),
            F(name: "related", type: .atomicObject(objectReference)), F(name: "note", type: .string),
            F(name: "type", type: .string),
            F(name: "deprecatedSource", type: .object(eventSource), presence: .always(.object([]))),
            F(name: "deprecatedFirstTimestamp", type: .time, presence: .always(.null)),
            F(name: "deprecatedLastTimestamp", type: .time, presence: .always(.null)),
            F(name: "deprecatedCount", type: .int32),
        ])
}

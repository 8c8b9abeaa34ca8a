extension ObjectSchema {
    private typealias F = Field

    static let serviceAccount = ObjectSchema(
        typeName: "ServiceAccount",
        fields: header + [
            F(name: "secrets", type: .list(.any)), F(name: "imagePullSecrets", type: .list(.any)),
            F(name: "automountServiceAccountToken", type: .bool, presence: .omitNull),
        ])

    static let role = ObjectSchema(
        typeName: "Role",
        fields: header + [
            F(
                name: "rules",
                type: .list(
                    .object(
                        ObjectSchema(
                            typeName: "PolicyRule",
                            fields: ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
                                .map { F(name: $0, type: .list(.string)) }))), presence: .always(.null))
        ])

    static let roleBinding = ObjectSchema(
        typeName: "RoleBinding",
        fields: header + [
            F(name: "subjects", type: .list(.any)),
            F(
                name: "roleRef",
                type: .atomicObject(
                    ObjectSchema(
                        typeName: "RoleRef",
                        fields: ["apiGroup", "kind", "name"].map { F(name: $0, type: .string) })),
                presence: .always(.object([]))),
        ])

    static let tokenRequest = ObjectSchema(
        typeName: "TokenRequest",
        fields: header + [
            F(
                name: "spec",
                type: .object(
                    ObjectSchema(
                        typeName: "TokenRequestSpec",
                        fields: [
                            F(name: "audiences", type: .list(.string)),
                            F(name: "expirationSeconds", type: .any, presence: .omitNull),
                            F(name: "boundObjectRef", type: .any, presence: .omitNull),
                        ])), presence: .always(.object([])))
        ])

    static let accessReview = ObjectSchema(
        typeName: "SelfSubjectAccessReview",
        fields: header + [
            F(
                name: "spec",
                type: .object(
                    ObjectSchema(
                        typeName: "SelfSubjectAccessReviewSpec",
                        fields: [
                            F(
                                name: "resourceAttributes",
                                type: .object(
                                    ObjectSchema(
                                        typeName: "ResourceAttributes",
                                        fields: [
                                            "namespace", "verb", "group", "version", "resource", "subresource", "name",
                                        ].map { F(name: $0, type: .string) })), presence: .omitNull),
                            F(
                                name: "nonResourceAttributes",
                                type: .object(
                                    ObjectSchema(
                                        typeName: "NonResourceAttributes",
                                        fields: ["path", "verb"].map { F(name: $0, type: .string) })),
                                presence: .omitNull),
                        ])), presence: .always(.object([])))
        ])
}

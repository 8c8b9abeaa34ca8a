import FoundationEssentials

extension APIState {
    /// What is saved: the objects, the tokens and the grants. Neither history nor calls.
    var snapshot: OrderedJSON {
        var snapshot = store.snapshot
        snapshot["tokens"] = .array(
            tokens.tokens.sorted { $0.key < $1.key }.map { token, value in
                var json: OrderedJSON = [
                    "token": .string(token), "user": .string(value.user.name), "groups": Self.json(value.user.groups),
                ]
                if let expires = value.expires { json["expires"] = .integer(expires.microseconds) }
                return json
            })
        snapshot["grants"] = .array(
            authorizer.grants.map { grant in
                let rules: [OrderedJSON] = grant.rules.map { rule in
                    [
                        "apiGroups": Self.json(rule.apiGroups), "resources": Self.json(rule.resources),
                        "verbs": Self.json(rule.verbs), "resourceNames": Self.json(rule.resourceNames),
                    ]
                }
                var json: OrderedJSON = ["subject": .string(grant.subject), "rules": .array(rules)]
                if let namespace = grant.namespace { json["namespace"] = .string(namespace) }
                return json
            })
        return snapshot
    }

    /// Takes up what another process saved.
    init(savedAt path: String, historyLimit: Int) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let snapshot = try OrderedJSON(parsing: bytes)
        self.init(store: try ObjectStore(snapshot: snapshot, historyLimit: historyLimit))
        for json in snapshot["tokens"]?.array ?? [] {
            guard let token = json["token"]?.string, let user = json["user"]?.string else { continue }
            tokens.tokens[token] = TokenStore.Token(
                user: SimulatedUser(name: user, groups: Self.texts(json["groups"])),
                expires: json["expires"]?.integer.map(Timestamp.init(microseconds:)))
        }
        authorizer.grants = (snapshot["grants"]?.array ?? []).map { json in
            AccessGrant(
                subject: json["subject"]?.string ?? "", namespace: json["namespace"]?.string,
                rules: (json["rules"]?.array ?? []).map { rule in
                    AccessRule(
                        apiGroups: Self.texts(rule["apiGroups"]), resources: Self.texts(rule["resources"]),
                        verbs: Self.texts(rule["verbs"]), resourceNames: Self.texts(rule["resourceNames"]))
                })
        }
    }

    private static func json(_ texts: [String]) -> OrderedJSON { .array(texts.map(OrderedJSON.string)) }

    private static func texts(_ json: OrderedJSON?) -> [String] { (json?.array ?? []).compactMap(\.string) }
}

import OperatorCore

extension JSONValue {
    /// What a JSON merge patch makes of this document (RFC 7396).
    func mergePatched(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = object ?? [:]
        for (key, change) in changes {
            members[key] = change.isNull ? nil : (members[key] ?? .null).mergePatched(with: change)
        }
        return .object(members)
    }
}

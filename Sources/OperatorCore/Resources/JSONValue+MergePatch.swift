extension JSONValue {
    /// The JSON merge patch (RFC 7396) that makes `changed` out of this document.
    ///
    /// Members that are equal are left out, members that are gone become `null`. A merge patch can say neither that a member is
    /// to hold `null`, nor what changes within an array: such a member is removed, such an array replaced.
    func mergePatch(to changed: JSONValue) -> JSONValue {
        guard case .object(let before) = self, case .object(let after) = changed else { return changed }
        var patch: [String: JSONValue] = [:]
        for (key, value) in after {
            guard let old = before[key] else {
                patch[key] = value.withoutNulls
                continue
            }
            if old != value { patch[key] = old.mergePatch(to: value) }
        }
        for key in before.keys where after[key] == nil { patch[key] = .null }
        return .object(patch)
    }

    /// In what is added, `null` would mean "remove", which is nothing to say about what is not there.
    private var withoutNulls: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !$0.value.isNull }.mapValues(\.withoutNulls))
    }
}

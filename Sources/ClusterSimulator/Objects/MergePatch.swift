extension OrderedJSON {
    /// The document after a JSON merge patch (RFC 7396). Objects that the patch touches come out sorted by name.
    func merging(patch: OrderedJSON) -> OrderedJSON {
        guard case .object(let changes) = patch else { return patch }
        var members = self.members ?? []
        for change in changes {
            let index = members.firstIndex { $0.key == change.key }
            if change.value.isNull {
                if let index { members.remove(at: index) }
            } else if let index {
                members[index].value = members[index].value.merging(patch: change.value)
            } else {
                members.append(Member(change.key, OrderedJSON.null.merging(patch: change.value)))
            }
        }
        return .object(members.sorted { $0.key < $1.key })
    }

    /// Whether a strategic merge patch means the same as a merge patch: it has no lists and no directives.
    var isPlainStrategicPatch: Bool {
        switch self {
        case .object(let members): members.allSatisfy { !$0.key.hasPrefix("$") && $0.value.isPlainStrategicPatch }
        case .array: false
        default: true
        }
    }
}

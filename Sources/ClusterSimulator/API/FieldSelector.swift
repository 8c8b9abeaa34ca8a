/// A selector such as `metadata.name=NAME,reason!=Failed`.
struct FieldSelector: Hashable, Sendable {
    struct Requirement: Hashable, Sendable {
        var field: String
        var value: String
        var isEqual: Bool
    }

    var requirements: [Requirement] = []

    init(parsing text: String) throws(APIFailure) {
        for part in text.split(separator: ",") where !part.isEmpty {
            guard let requirement = Self.requirement(String(part)) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            requirements.append(requirement)
        }
    }

    private static func requirement(_ text: String) -> Requirement? {
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let range = text.firstRange(of: sign) else { continue }
            let field = String(text[..<range.lowerBound])
            guard !field.isEmpty else { return nil }
            return Requirement(field: field, value: String(text[range.upperBound...]), isEqual: isEqual)
        }
        return nil
    }

    /// The one name that a selector asks for; `nil` for all others. RBAC's resourceNames are compared with it.
    static func name(in text: String) -> String? {
        guard let selector = try? FieldSelector(parsing: text) else { return nil }
        return selector.requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value
    }

    /// Fails for fields by which the resource cannot be selected.
    func check(for resource: SimulatedResource) throws(APIFailure) {
        for requirement in requirements where !["metadata.name", "metadata.namespace"].contains(requirement.field) {
            guard resource.selectableFields[requirement.field] == nil else { continue }
            throw .badRequest(
                resource.selectableFields.isEmpty
                    ? "\(goQuoted(requirement.field)) is not a known field selector: "
                        + "only \"metadata.name\", \"metadata.namespace\""
                    : "field label not supported: \(requirement.field)")
        }
    }

    func matches(_ object: OrderedJSON, of resource: SimulatedResource) -> Bool {
        requirements.allSatisfy { requirement in
            let path =
                resource.selectableFields[requirement.field] ?? requirement.field.split(separator: ".").map(String.init)
            return ((object[path: path]?.string ?? "") == requirement.value) == requirement.isEqual
        }
    }
}

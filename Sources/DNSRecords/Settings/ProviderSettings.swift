/// Where a provider finds its settings, by names without a prefix such as `GANDI_TOKEN`.
public protocol ProviderSettings: Sendable {
    /// A setting without surrounding white space; `nil` where it is not set, or empty.
    func string(_ name: String) -> String?

    /// A secret from the setting `name`, or from the file that the setting `name_FILE` names.
    ///
    /// - Returns: `nil` where neither is set.
    /// - Throws: ``SettingProblem`` where both are set, or the secret cannot be loaded.
    func secret(_ name: String) throws -> SecretSource?

    /// How the user knows the setting, such as `ESDDNS_GANDI_TOKEN`.
    func displayName(_ name: String) -> String
}

extension ProviderSettings {
    public func displayName(_ name: String) -> String { name }
}

/// Settings out of a dictionary, such as the environment.
///
/// Descriptions of it, or of anything that holds it, show names only: some of the values are secrets.
public struct DictionarySettings: ProviderSettings, CustomStringConvertible, CustomReflectable {
    private let values: [String: String]
    private let prefix: String

    /// - Parameter prefix: what every name in `values` starts with, such as `ESDDNS_`.
    public init(_ values: [String: String], prefix: String = "") {
        self.values = values
        self.prefix = prefix
    }

    /// Those of the settings whose names go on with `label`, which is left out when asking for them.
    public func under(_ label: String) -> DictionarySettings { DictionarySettings(values, prefix: prefix + label) }

    public func string(_ name: String) -> String? {
        guard let value = values[prefix + name] else { return nil }
        let trimmed = value.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }
        return end.map { String(trimmed[...$0]) }
    }

    public func secret(_ name: String) throws -> SecretSource? {
        let literal = string(name)
        let file = string(name + "_FILE")
        switch (literal, file) {
        case (nil, nil): return nil
        case (.some, .some):
            throw SettingProblem(
                name: displayName(name), value: nil,
                expected: "either this or \(displayName(name + "_FILE")), but both are set")
        case (.some(let literal), nil):
            do {
                return try SecretSource(literal: literal)
            } catch {
                throw SettingProblem(
                    name: displayName(name), value: "<redacted>", expected: "a secret on one line; \(error)")
            }
        case (nil, .some(let file)):
            do {
                return try SecretSource(file: file)
            } catch {
                throw SettingProblem(
                    name: displayName(name + "_FILE"), value: file,
                    expected: "the path of a file with the secret; \(error)")
            }
        }
    }

    public func displayName(_ name: String) -> String { prefix + name }

    public var description: String { "DictionarySettings(\(values.keys.sorted().joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

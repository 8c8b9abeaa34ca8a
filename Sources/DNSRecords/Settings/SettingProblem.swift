/// One setting that is missing or wrong.
public struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the user knows it.
    public var name: String
    /// What the user set; `<redacted>` for a secret, `nil` where it is not set.
    public var value: String?
    /// What would be right.
    public var expected: String

    public init(name: String, value: String?, expected: String) {
        self.name = name
        self.value = value.map { $0.count > 80 ? "\($0.prefix(80))…" : $0 }
        self.expected = expected
    }

    public var description: String {
        switch value {
        case nil: "\(name): expected \(expected)"
        case .some("<redacted>"): "\(name)=<redacted>: expected \(expected)"
        case .some(let value): "\(name)=\"\(value)\": expected \(expected)"
        }
    }
}

/// All that is wrong with the settings, so that it can be put right in one go.
public struct SettingProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var problems: [SettingProblem]

    public init(_ problems: [SettingProblem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// What secrets are at one moment, only to be compared with what they are at another: it tells that somebody has replaced one.
///
/// It compares what files hold rather than when they were changed, so that a file that is only touched, or written anew with
/// the same content, as happens in mounted Secrets, is not taken for a replacement.
public struct SecretRevision: Hashable, Sendable {
    /// `nil` where there is nothing to be read now.
    private var values: [SecretValue?]

    private init(values: [SecretValue?]) { self.values = values }

    /// Of whoever has no secret that could be replaced.
    public static let unchanging = SecretRevision(values: [])

    /// What the sources have now.
    public init(_ sources: SecretSource?...) { self.init(values: sources.map { $0?.current() }) }

    /// What a file has now that is read by somebody who knows its format.
    init(ofFile path: String) {
        self.init(values: [try? SecretSource(file: path, isDocument: true).current()])
    }

    /// Both: it differs where one of them does.
    static func + (left: SecretRevision, right: SecretRevision) -> SecretRevision {
        SecretRevision(values: left.values + right.values)
    }
}

/// Nothing of the secrets, not even how many there are.
extension SecretRevision: CustomStringConvertible, CustomReflectable {
    public var description: String { "SecretRevision" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a process of the operator is: the one that finds the address, or one of those that write it.
public enum OperatorRole: String, CaseIterable, Sendable {
    case leader = "esddns-leader"
    case updater = "esddns-updater"

    /// The role of a process that was started under a name.
    ///
    /// Leader and updater are the same code, so that one file under both names is enough; links and copies of other names, as
    /// packagers and debuggers make them, are what they were built as.
    ///
    /// - Parameters:
    ///   - path: the first of the process's arguments, a name or a path; nil where there is none.
    ///   - product: what the executable was built as.
    public init(startedAs path: String?, builtAs product: OperatorRole) {
        let name = path?.split(separator: "/").last ?? ""
        self = OperatorRole(rawValue: String(name)) ?? product
    }
}

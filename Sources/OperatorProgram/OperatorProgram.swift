import AddressSync
import ArgumentParser

/// The program behind `esddns-leader` and `esddns-updater`.
public enum OperatorProgram {
    /// Runs as the role that the process's name tells, with the process's own arguments, and ends the process.
    ///
    /// - Parameter product: what the executable was built as, for processes of other names.
    public static func main(_ product: OperatorRole) -> Never {
        let role = OperatorRole(startedAs: CommandLine.arguments.first, builtAs: product)
        ProcessEntry.runMain {
            switch role {
            case .leader: await LeaderCommand.main()
            case .updater: await UpdaterCommand.main()
            }
        }
    }
}

/// The commands of `esddns` that are in an executable of their own, `esddns-cluster`.
///
/// They need the simulator, YAML and the whole of Foundation, which is most of the code that there would be: the loader maps
/// and relocates it before the first line of `main`, also for those who only ask for their address. So `esddns` knows their
/// names, for its help, and becomes the other executable when one of them is wanted.
public enum ClusterCommand: String, CaseIterable, Sendable {
    case lease
    case demo
    case simulate

    /// The executable that has them.
    public static let executable = "esddns-cluster"

    /// One line for the list of commands.
    public var abstract: String {
        switch self {
        case .lease: "Tells who holds a Lease of a cluster, and whether the holder is alive."
        case .demo: "Shows the whole system on this machine: a simulated cluster, two leaders, five updaters, DNS."
        case .simulate: "Runs a simulated Kubernetes API server over TLS, to try the executables against."
        }
    }

    /// Command-line arguments that ask the command itself for its help where `help COMMAND` asked for it.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: `COMMAND … --help` for `help COMMAND …`, everything else as it is.
    public static func askingItself(_ arguments: [String]) -> [String] {
        guard arguments.count > 1, arguments[0] == "help", ClusterCommand(rawValue: arguments[1]) != nil else {
            return arguments
        }
        return arguments.dropFirst() + ["--help"]
    }
}

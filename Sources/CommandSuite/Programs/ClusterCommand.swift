/// The commands of `esddns` that are in an executable of their own, `esddns-cluster`.
///
/// They need the simulator, YAML and the whole of Foundation, which is most of the code that there would be: the loader maps
/// and relocates it before the first line of `main`, also for those who only ask for their address. So `esddns` knows their
/// arguments, for help, completions and mistakes, and becomes the other executable when one of them is to be carried out.
public enum ClusterCommand: String, CaseIterable, Sendable {
    case lease
    case demo
    case simulate
    /// Of a cluster that a kubeconfig names; the rest of it `esddns` does itself.
    case check
    /// The same.
    case status

    /// The executable that has them.
    public static let executable = "esddns-cluster"

    /// Becomes the other executable, with the arguments that this process was given.
    ///
    /// - Throws: ``SiblingProgram/Failure``; does not return otherwise.
    public func become() throws(SiblingProgram.Failure) -> Never {
        try SiblingProgram(Self.executable).become(
            Array(CommandLine.arguments.dropFirst()), for: "esddns \(rawValue)")
    }
}

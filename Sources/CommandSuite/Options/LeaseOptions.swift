public import ArgumentParser

/// What `esddns lease` takes.
public struct LeaseOptions: ParsableArguments {
    public static let configuration = CommandConfiguration(
        commandName: ClusterCommand.lease.rawValue,
        abstract: "Tells who holds a Lease of a cluster, and whether the holder is alive.",
        discussion: """
            The cluster is that of --kubeconfig, else of KUBECONFIG or ~/.kube/config, else the one this process runs in.

            The times in a Lease are those of its holder's clock. So the Lease is watched until it is renewed, or until its \
            own duration is over; a live leader is found so within some seconds. --no-wait prints what is there at once.

            Examples:
              esddns lease
              esddns lease --context home --namespace esddns-system esddns-leader --json

            Exit codes: 0 the Lease was read, whoever holds it; 69 it could not be read; 78 the kubeconfig is wrong.
            """)

    @Argument(help: "Name of the Lease.")
    public var name = "esddns-leader"

    @OptionGroup public var cluster: KubeconfigOptions

    @Flag(help: "Do not watch the Lease to find out whether it is being renewed.")
    public var noWait = false

    @Flag(name: .customLong("json"), help: "Print one line of JSON instead of a table.")
    public var isJSON = false

    public init() {}
}

/// Where an object holds the epoch of the leader that wrote it last, as decimal digits in a string.
public struct EpochLocation: Hashable, Sendable {
    /// Members of nested objects, from the outside in.
    public let path: [String]

    /// Any place that the object's schema leaves to its owner, such as `["spec", "epoch"]`. Not empty.
    public static func path(_ first: String, _ rest: String...) -> EpochLocation { EpochLocation(path: [first] + rest) }

    /// A key of a ConfigMap's data.
    public static func data(_ key: String) -> EpochLocation { EpochLocation(path: ["data", key]) }

    /// An annotation, which every object can have: `example.com/leader-epoch`.
    public static func annotation(_ name: String) -> EpochLocation {
        EpochLocation(path: ["metadata", "annotations", name])
    }

    /// The epoch that the object holds; `nil` where there is none, or something else.
    public func read(from object: some KubernetesResource) -> Epoch? {
        object.json[path]?.string.flatMap { Epoch($0) }
    }

    /// Whether the epoch cannot have been written to this object by a leader of the cluster that it lies in.
    ///
    /// An epoch is the version that an earlier write to the same store was given, hence lower than the version of the write
    /// that carried it. An object that was restored from a backup, or copied from another cluster, carries the epochs of that
    /// other store. Whoever reads such an epoch should take it for none at all, or it would wait for this cluster to count up
    /// to it.
    ///
    /// - Returns: `false` also where the object's version is no number.
    public static func isImpossible(_ epoch: Epoch, in object: some KubernetesResource) -> Bool {
        guard let version = object.resourceVersion.flatMap({ Epoch($0) }) else { return false }
        return epoch > version
    }
}

/// What a fenced writer found that somebody should hear of.
public enum FencedWriteReport: Hashable, Sendable, CustomStringConvertible {
    /// The object carried an epoch that no leader of this cluster can have written, since it is higher than the object's own
    /// version; it was written over, the Lease being held.
    case claimedOverImpossibleEpoch(Epoch, version: String)

    public var description: String {
        switch self {
        case .claimedOverImpossibleEpoch(let epoch, let version):
            """
            the object carried the epoch \(epoch), which is higher than its version \(version): it comes from another \
            cluster or from a backup; claimed it
            """
        }
    }
}

import OperatorCore

/// What `esddns lease` prints.
struct LeaseReport {
    let observation: LeaseObservation
    let name: String
    let namespace: String

    private var lease: Lease { observation.lease }
    private var holder: String? { lease.holderIdentity.flatMap { $0.isEmpty ? nil : $0 } }

    /// Seconds with one digit after the point.
    private var watched: String {
        let tenths = Int(observation.watchedFor / .milliseconds(100))
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private var state: String {
        switch observation.state {
        case .free: "free"
        case .held: "held; seen to be renewed after \(watched)"
        case .expired: "expired; not renewed for \(watched)"
        case .undecided: "undecided; not renewed within \(watched), which is less than its duration"
        }
    }

    var text: String {
        let rows = [
            ("lease", "\(namespace)/\(name)"), ("holder", holder ?? "nobody"), ("state", state),
            ("duration", lease.leaseDurationSeconds.map { "\($0) s" } ?? "not set"),
            ("acquired", time(lease.acquireTime)), ("renewed", time(lease.renewTime)),
            ("transitions", lease.leaseTransitions.map(String.init) ?? "not set"),
            ("resource version", lease.resourceVersion ?? "unknown"),
        ]
        return rows.map { name, value in
            name + String(repeating: " ", count: 18 - name.count) + value + "\n"
        }.joined()
    }

    private func time(_ time: MicroTime?) -> String { time.map { "\($0), by the holder's clock" } ?? "not set" }

    /// One line.
    var json: String {
        var json: JSONValue = [
            "namespace": .string(namespace), "name": .string(name), "state": .string(observation.state.rawValue),
            "watchedForMilliseconds": .integer(Int64(observation.watchedFor / .milliseconds(1))),
        ]
        json["holder"] = holder.map(JSONValue.string)
        json["leaseDurationSeconds"] = lease.leaseDurationSeconds.map { .integer(Int64($0)) }
        json["acquireTime"] = lease.acquireTime.map { .string($0.description) }
        json["renewTime"] = lease.renewTime.map { .string($0.description) }
        json["leaseTransitions"] = lease.leaseTransitions.map { .integer(Int64($0)) }
        json["resourceVersion"] = lease.resourceVersion.map(JSONValue.string)
        return json.description + "\n"
    }
}

import ClusterSimulator

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Requests to the simulated API server, as lines of JSON in a file: what an account's permissions are used for.
final class CallLog: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DemoError(
                description: "--calls is \(path), which cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// A line is written by one call, so that whoever reads the file meanwhile sees whole lines.
    func append(_ call: RecordedCall) {
        let line = Self.line(call)
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    static func line(_ call: RecordedCall) -> [UInt8] {
        let json: OrderedJSON = [
            "user": .string(call.user), "verb": .string(call.verb), "group": .string(call.group),
            "resource": .string(call.resource), "namespace": call.namespace.map(OrderedJSON.string) ?? .null,
            "name": call.name.map(OrderedJSON.string) ?? .null, "path": .string(call.path),
            "isAllowed": .bool(call.isAllowed), "status": .integer(Int64(call.status)),
        ]
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

/// A kind of custom resources, as `--custom-resource` names it.
struct CustomKind: Sendable {
    let resource: SimulatedResource

    init(parsing text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, !parts.contains("") else {
            throw DemoError(
                description: "\(text) is no kind; expected GROUP/VERSION/KIND/PLURAL, such as "
                    + "externaldns.k8s.io/v1alpha1/DNSEndpoint/dnsendpoints")
        }
        resource = .custom(group: parts[0], version: parts[1], kind: parts[2], plural: parts[3])
    }
}

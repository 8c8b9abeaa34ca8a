import CurlHTTP
import DNSRecords
import NetworkPrimitives
import OperatorCore
import WANDetection

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The settings as a process of one role would read them.
struct CheckedSettings: Sendable {
    var role: CheckReport.Role
    var process: ProcessSettings
    /// `nil` for a process without Kubernetes.
    var cluster: ClusterSettings?
    var detection: DetectionSettings
    /// How a node finds its own address.
    var nodeDetection: DetectionSettings?
    /// `nil` for a leader, which writes none.
    var records: RecordSettings?
    var stateFile: String?

    /// - Throws: everything that is wrong. Nothing has touched the network then.
    init(_ role: CheckReport.Role, environment: [String: String]) throws(SettingProblems) {
        self.role = role
        let dependencies = ProviderDependencies(transport: NoTransport(), environment: environment)
        switch role {
        case .leader:
            let settings = try LeaderSettings(environment: environment)
            (process, cluster, detection) = (settings.process, settings.cluster, settings.detection)
        case .updater:
            let settings = try UpdaterSettings(environment: environment, dependencies: dependencies)
            (process, cluster, detection) = (settings.process, settings.cluster, settings.detection)
            (nodeDetection, records) = (settings.nodeDetection, settings.records)
        case .run:
            let settings = try StandaloneSettings(environment: environment, dependencies: dependencies)
            (process, detection, records) = (settings.process, settings.detection, settings.records)
            stateFile = settings.stateFile
        }
    }

    /// What is to be said of settings that can be used.
    var checks: [CheckReport.Check] {
        var checks: [CheckReport.Check] = [.ok(.settings, role.rawValue, summary)]
        let all = [detection] + [nodeDetection].compactMap { $0 }
        if all.contains(where: \.quorum.allowNonGlobal) {
            checks.append(
                .warning(
                    .settings, SettingCatalog.allowNonGlobal.environmentName,
                    "addresses and servers that are not public are accepted", "it is for tests; leave it out otherwise"
                ))
        }
        if all.contains(where: { $0.origin == .detect && $0.quorum.quorum == 1 }) {
            checks.append(
                .warning(
                    .settings, SettingCatalog.quorum.environmentName, "a single operator is believed",
                    "set it to 2 or more, so that one that is wrong is outvoted"))
        }
        if let stateFile { checks.append(Self.check(stateFile: stateFile)) }
        return checks
    }

    private var summary: String {
        var parts: [String] = []
        if let records {
            let listed = records.records.prefix(Self.listedRecords).map { "\($0) at \($0.provider)" }
            let rest = records.records.count - listed.count
            parts.append(listed.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""))
        }
        for family in detection.families {
            let own = detection.of(family)
            let operators = Set(own.sources.map(\.operatorName)).count
            let name = family == .ipv4 ? "IPv4" : "IPv6"
            switch own.origin {
            case .detect:
                let lists = own.stunLists.isEmpty ? "" : " and \(own.stunLists.count) lists"
                parts.append("\(name) from \(operators) operators\(lists), quorum \(own.quorum.quorum)")
            case .local(let source): parts.append("\(name) from \(source)")
            case .service(let reference): parts.append("\(name) of \(reference)")
            }
        }
        return parts.joined(separator: "; ")
    }

    private static let listedRecords = 5

    private static func check(stateFile path: String) -> CheckReport.Check {
        let name = SettingCatalog.stateFile.environmentName
        let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        guard access(directory.isEmpty ? "/" : String(directory), W_OK | X_OK) == 0 else {
            let why = String(cString: strerror(errno))
            return .warning(
                .settings, name, "\(path) cannot be written: \(why)",
                "make the directory, and let this user write there; otherwise every restart asks the providers")
        }
        return .ok(.settings, name, "\(path) can be written")
    }
}

/// Stands for the network while settings are read.
private struct NoTransport: HTTPTransport {
    private static let refusal = HTTPClientError(.shutDown, "settings are only being read")

    func send(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientResponse { throw Self.refusal }
    func stream(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientStream { throw Self.refusal }
}

extension SettingProblem {
    /// As one check that failed.
    var check: CheckReport.Check {
        var (finding, advice) = ("does not go with the others", "expected \(expected)")
        switch value {
        case .some("<redacted>"): finding = "has a value that is not shown, and that cannot be used"
        case .some(let value): finding = "is \"\(value)\""
        case nil where expected.hasPrefix(Self.unknown):
            (finding, advice) = ("is no setting", String(expected.dropFirst(Self.unknown.count)))
        case nil where expected.hasSuffix(Self.absent):
            (finding, advice) = ("is not set", "expected \(expected.dropLast(Self.absent.count))")
        case nil: break
        }
        return .failed(.settings, name, finding, advice, as: .settings)
    }

    private static let unknown = "no setting of that name; "
    private static let absent = "; it is not set"
}

import OperatorCore

/// What `esddns check` found out, for people and for machines.
public struct CheckReport: Sendable {
    /// As what the settings were read.
    public enum Role: String, Sendable, CaseIterable {
        case leader
        case updater
        /// `esddns run`, without Kubernetes.
        case run
    }

    /// What a check is about.
    public enum Area: String, Sendable, CaseIterable {
        case settings
        /// One server that tells the address.
        case source
        /// What all of them come to.
        case address
        case clock
        case credentials
        case zone
        case nameServers = "name servers"
        case record
        case cluster
        case permission
    }

    public enum Status: String, Sendable, CaseIterable {
        case ok
        /// It works, but may not for long, or could not be looked at.
        case warning
        case failed
    }

    /// Why something failed, and so which exit code; later ones outweigh earlier ones.
    public enum Failure: Int, Comparable, Sendable {
        /// It may work later.
        case temporary
        /// It will fail again until somebody acts.
        case lasting
        /// Credentials are not accepted, or do not allow what has to be done.
        case refused
        case settings

        public static func < (a: Failure, b: Failure) -> Bool { a.rawValue < b.rawValue }

        var exitCode: Int32 {
            switch self {
            case .temporary: ProcessEntry.ExitCode.temporaryFailure
            case .lasting: ProcessEntry.ExitCode.unavailable
            case .refused: ProcessEntry.ExitCode.notPermitted
            case .settings: ProcessEntry.ExitCode.configuration
            }
        }
    }

    /// One thing that was looked at.
    public struct Check: Sendable, Hashable {
        public var area: Area
        /// Which of its kind: a setting's name, a server, a record.
        public var subject: String
        public var status: Status
        /// What was found, in one sentence without secrets.
        public var finding: String
        /// What to do about it; `nil` where nothing has to be done.
        public var advice: String?
        /// `nil` unless it failed.
        public var failure: Failure?

        static func ok(_ area: Area, _ subject: String, _ finding: String) -> Check {
            Check(area: area, subject: subject, status: .ok, finding: finding)
        }

        static func warning(_ area: Area, _ subject: String, _ finding: String, _ advice: String? = nil) -> Check {
            Check(area: area, subject: subject, status: .warning, finding: finding, advice: advice)
        }

        static func failed(
            _ area: Area, _ subject: String, _ finding: String, _ advice: String? = nil, as failure: Failure
        ) -> Check {
            Check(
                area: area, subject: subject, status: .failed, finding: finding, advice: advice, failure: failure)
        }
    }

    public internal(set) var role: Role
    /// Whether anything but the settings was looked at.
    public internal(set) var isOnline: Bool
    public internal(set) var checks: [Check] = []

    /// 0 where nothing failed; otherwise that of the worst failure.
    public var exitCode: Int32 { checks.compactMap(\.failure).max()?.exitCode ?? 0 }

    /// How many checks came to this.
    public func count(of status: Status) -> Int { checks.count { $0.status == status } }
}

extension CheckReport {
    /// For people: a line for each check, and how many there were of each kind.
    ///
    /// - Parameter isColored: for terminals.
    public func text(isColored: Bool) -> String {
        var table = TextTable()
        for check in checks {
            let tone: Tone =
                switch check.status {
                case .ok: .plain
                case .warning: .warning
                case .failed: .bad
                }
            let advice = check.advice.map { "; \($0)" } ?? ""
            table.add([check.status.rawValue, check.area.rawValue, check.subject, check.finding + advice], tone)
        }
        let counts = Status.allCases.filter { count(of: $0) > 0 }.map { "\(count(of: $0)) \($0)" }
        let tone: Tone = count(of: .failed) > 0 ? .bad : count(of: .warning) > 0 ? .warning : .good
        let summary = tone.painted("\(role.rawValue): \(counts.joined(separator: ", "))", isColored: isColored)
        return (table.lines(isColored: isColored) + ["", summary]).map { $0 + "\n" }.joined()
    }

    /// One JSON document on one line: `role`, `online`, `status`, `exitCode`, and `checks` with `area`, `subject`, `status`,
    /// `finding` and `advice`. What is not there is `null`.
    public var json: String {
        let worst: Status = count(of: .failed) > 0 ? .failed : count(of: .warning) > 0 ? .warning : .ok
        let document: JSONValue = [
            "role": .string(role.rawValue), "online": .bool(isOnline), "status": .string(worst.rawValue),
            "exitCode": .integer(Int64(exitCode)),
            "checks": .array(
                checks.map { check in
                    [
                        "area": .string(check.area.rawValue), "subject": .string(check.subject),
                        "status": .string(check.status.rawValue), "finding": .string(check.finding),
                        "advice": check.advice.map(JSONValue.string) ?? .null,
                    ]
                }),
        ]
        return document.description
    }
}

import DNSRecords
import Logging

extension ProcessEntry {
    /// Runs ``ProcessParts/makeStandalone()``, also with the original program's settings.
    ///
    /// - Parameter configuration: path of the original program's `dns.ini`, see ``OriginalSettings``.
    /// - Returns: the exit code.
    public static func runStandalone(environment: [String: String], configuration: String? = nil) async -> Int32 {
        let original = Result { () throws(SettingProblems) in
            try OriginalSettings(environment: environment, file: configuration)
        }
        // Where it could not be translated, that is said once there is a log.
        return await run("esddns", environment: (try? original.get().environment) ?? environment) { parts in
            let logger = parts.makeLogger("esddns")
            for note in try original.get().notes {
                logger.notice("a setting of the original program", metadata: ["setting": "\(note)"])
            }
            return try parts.makeStandalone()
        }
    }
}

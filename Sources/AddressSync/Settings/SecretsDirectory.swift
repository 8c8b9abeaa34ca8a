import DNSRecords

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A directory of secrets, as Kubernetes mounts a Secret and as systemd has it in `$CREDENTIALS_DIRECTORY`: each file has the name
/// of a setting, and its value.
struct SecretsDirectory {
    /// Paths by the name of the setting, with prefix.
    private(set) var files: [String: String] = [:]
    private(set) var problems: [SettingProblem] = []

    /// - Parameters:
    ///   - secrets: names of the settings that are secrets, with prefix.
    ///   - isSet: whether a setting is there already, by its name with prefix.
    init(path: String, secrets: Set<String>, isSet: (String) -> Bool) {
        let setting = SettingCatalog.secretsDirectory
        guard path.hasPrefix("/"), let entries = Self.entries(of: path) else {
            let why = path.hasPrefix("/") ? "; it cannot be read: \(String(cString: strerror(errno)))" : ""
            problems.append(
                SettingProblem(name: setting.environmentName, value: path, expected: setting.expected + why))
            return
        }
        for entry in entries.sorted() {
            let file = path.hasSuffix("/") ? path + entry : "\(path)/\(entry)"
            let prefixed = SettingDeclaration.prefix + entry
            if secrets.contains(entry) {
                let others = [entry, entry + "_FILE"].filter(isSet)
                for name in others {
                    problems.append(
                        SettingProblem(name: name, value: nil, expected: "either this or \(file), but both are there"))
                }
                if others.isEmpty { files[entry] = file }
            } else if secrets.contains(prefixed) {
                report(file, expected: "the name \(prefixed)")
            } else if entry.hasPrefix(SettingDeclaration.prefix) {
                let nearest = SettingsReader.nearest(to: entry, among: secrets)
                report(file, expected: "no secret of that name; did you mean \(nearest ?? "")?")
            }
            // Whatever else is in the Secret is somebody else's.
        }
    }

    private mutating func report(_ file: String, expected: String) {
        problems.append(
            SettingProblem(name: SettingCatalog.secretsDirectory.environmentName, value: file, expected: expected))
    }

    /// Names in a directory, without those that start with a dot, such as Kubernetes's `..data`.
    private static func entries(of path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}

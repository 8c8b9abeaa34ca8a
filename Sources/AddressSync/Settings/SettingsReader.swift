import Configuration
import DNSRecords
import NetworkPrimitives

/// Reads settings one after the other, and remembers everything that is wrong with them, so that the user is told at once.
struct SettingsReader {
    /// What was set, by name without prefix; for the provider's own settings.
    let values: DictionarySettings
    private(set) var problems: [SettingProblem] = []

    /// - Parameter environment: the process's environment. Names that start with the prefix and are not known are problems,
    ///   with the nearest known name.
    init(environment: [String: String]) {
        let declared = SettingCatalog.all
        let providers = ProviderRegistry.sharedSettings + ProviderRegistry.all.flatMap(\.settings)
        let prefixes = [""] + Self.providerPrefixes(in: environment)
        func names(_ isMeant: (_ isSecret: Bool) -> Bool) -> [String] {
            declared.filter { isMeant($0.isSecret) }.map(\.name)
                + prefixes.flatMap { prefix in providers.filter { isMeant($0.isSecret) }.map { prefix + $0.name } }
        }
        let secrets = names { $0 }
        let names = names { !$0 } + secrets + secrets.map { $0 + "_FILE" }
        let config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
        var values: [String: String] = [:]
        for name in names {
            let key = ConfigKey((["ESDDNS"] + name.split(separator: "_").map(String.init)).map { $0.lowercased() })
            values[SettingDeclaration.prefix + name] = config.string(forKey: key, isSecret: true)
        }
        if let path = Self.trimmed(values[SettingCatalog.secretsDirectory.environmentName]) {
            let directory = SecretsDirectory(
                path: path, secrets: Set(secrets.map { SettingDeclaration.prefix + $0 })
            ) { Self.trimmed(values[$0]) != nil }
            for (name, file) in directory.files { values[name + "_FILE"] = file }
            problems += directory.problems
        }
        self.values = DictionarySettings(values, prefix: SettingDeclaration.prefix)
        let known = Set(names.map { SettingDeclaration.prefix + $0 })
        let serviceLinks = Self.serviceLinkPrefixes(in: environment)
        for name in environment.keys.sorted() where name.hasPrefix(SettingDeclaration.prefix) && !known.contains(name) {
            if serviceLinks.contains(where: name.hasPrefix) { continue }
            let nearest = Self.nearest(to: name, among: known)
            problems.append(
                SettingProblem(
                    name: name, value: nil, expected: "no setting of that name; did you mean \(nearest ?? "")?"))
        }
    }

    private static func trimmed(_ text: String?) -> String? {
        text.flatMap { DictionarySettings(["": $0]).string("") }
    }

    /// The name that was probably meant.
    static func nearest(to name: String, among known: Set<String>) -> String? {
        known.min { (distance($0, name), $0) < (distance($1, name), $1) }
    }

    /// What the names of labelled providers' settings begin with. Labels that cannot be read are reported later.
    private static func providerPrefixes(in environment: [String: String]) -> [String] {
        var texts: [Substring] = []
        for setting in [SettingCatalog.records, SettingCatalog.provider] {
            let text = environment[setting.environmentName] ?? ""
            for item in text.split(separator: ",") {
                texts.append(item[(item.lastIndex(of: "@") ?? item.startIndex)...])
            }
        }
        return Set(
            texts.compactMap { text -> String? in
                let trimmed = text.filter { !$0.isWhitespace && $0 != "@" }
                return (try? ProviderChoice(parsing: trimmed))?.label
            }
        ).sorted().map { $0 + "_" }
    }

    /// Kubernetes puts `NAME_SERVICE_HOST`, `NAME_PORT` and their like into every container for each Service of the namespace;
    /// for a Service called `esddns…` they look like settings.
    private static func serviceLinkPrefixes(in environment: [String: String]) -> [String] {
        let suffix = "_SERVICE_HOST"
        return environment.keys.filter { $0.hasSuffix(suffix) }.map { $0.dropLast(suffix.count) }
            .filter { environment["\($0)_SERVICE_PORT"] != nil }
            .flatMap { ["\($0)_SERVICE_", "\($0)_PORT"] }
    }

    mutating func add(_ problem: SettingProblem) { problems.append(problem) }

    mutating func report(_ setting: SettingDeclaration, value: String?, because why: String? = nil) {
        let expected = why.map { "\(setting.expected); \($0)" } ?? setting.expected
        problems.append(
            SettingProblem(name: setting.environmentName, value: value.map(setting.shown), expected: expected))
    }

    /// - Throws: everything that was found to be wrong.
    func finish() throws(SettingProblems) {
        guard problems.isEmpty else { throw SettingProblems(problems) }
    }

    // MARK: Kinds of settings

    /// What was set, or the default; `nil` where there is neither.
    func text(_ setting: SettingDeclaration) -> String? { values.string(setting.name) ?? setting.defaultText }

    /// - Returns: `nil` where nothing is set, and where `parse` fails, which is then a problem.
    mutating func value<Value>(_ setting: SettingDeclaration, _ parse: (String) throws -> Value?) -> Value? {
        guard let text = text(setting) else { return nil }
        do {
            if let value = try parse(text) { return value }
            report(setting, value: text)
        } catch {
            report(setting, value: text, because: "\(error)")
        }
        return nil
    }

    mutating func duration(_ setting: SettingDeclaration, in range: ClosedRange<Duration>) -> Duration {
        value(setting) { text in DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil } }
            ?? range.lowerBound
    }

    mutating func integer(_ setting: SettingDeclaration, in range: ClosedRange<Int>) -> Int {
        value(setting) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } } ?? range.lowerBound
    }

    mutating func boolean(_ setting: SettingDeclaration) -> Bool {
        value(setting) { text in
            switch text.lowercased() {
            case "true", "yes", "1", "on": true
            case "false", "no", "0", "off": false
            default: nil
            }
        } ?? false
    }

    /// An object name: what Kubernetes accepts as a DNS subdomain.
    mutating func objectName(_ setting: SettingDeclaration) -> String {
        value(setting) { Self.isObjectName($0) ? $0 : nil } ?? ""
    }

    /// The parts of a comma-separated list, each parsed on its own; bad ones are problems, one each. So is a list without parts.
    mutating func list<Value>(_ setting: SettingDeclaration, _ parse: (String) throws -> Value?) -> [Value] {
        guard let text = text(setting) else { return [] }
        var values: [Value] = []
        let items = text.split(separator: ",").compactMap { part -> String? in
            let part = part.drop(while: \.isWhitespace)
            return part.lastIndex { !$0.isWhitespace }.map { String(part[...$0]) }
        }
        if items.isEmpty { report(setting, value: text, because: "it names nothing") }
        for item in items {
            do {
                if let value = try parse(item) { values.append(value) } else { report(setting, value: item) }
            } catch {
                report(setting, value: item, because: "\(error)")
            }
        }
        return values
    }

    /// RFC 1123 subdomain, as in metadata.name.
    static func isObjectName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let isAlphanumeric = { (byte: UInt8) in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// Levenshtein's distance, for finding the name that was meant.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                (diagonal, row[j + 1]) = (row[j + 1], min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1))
            }
        }
        return row[b.count]
    }
}

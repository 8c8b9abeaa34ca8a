public import DNSRecords
import OperatorCore

/// The settings of the original Python program, as this one's: its environment variables, and its file `dns.ini`.
///
/// In the file, some values of `[gandi]` are the *names* of environment variables that hold the values.
public struct OriginalSettings: Sendable {
    /// With what was translated in it.
    public private(set) var environment: [String: String]
    /// One line for each setting that was translated, or has no counterpart.
    public private(set) var notes: [String] = []
    private(set) var problems: [SettingProblem] = []
    /// What each of this program's settings was made from.
    private var origins: [String: String] = [:]

    /// - Parameters:
    ///   - environment: the process's. It counts as the original's where it has `TARGET_DOMAIN_FQDN`; names such as
    ///     `API_KEY` alone are anybody's.
    ///   - file: path of a `dns.ini`; `nil`: none, also where one is in the current directory.
    /// - Throws: everything that contradicts this program's settings, or cannot be translated.
    public init(environment: [String: String], file: String?) throws(SettingProblems) {
        let text: String?
        do throws(FileReader.Failure) {
            text = try file.map { path throws(FileReader.Failure) in
                String(decoding: try FileReader.system.read(path), as: UTF8.self)
            }
        } catch {
            throw SettingProblems([
                SettingProblem(name: "--config", value: file, expected: "a file that can be read; \(error.reason)")
            ])
        }
        try self.init(environment: environment, text: text, path: file ?? "")
    }

    init(environment: [String: String], text: String?, path: String = "dns.ini") throws(SettingProblems) {
        self.environment = environment
        var file: INIFile?
        do throws(INIFile.Malformed) {
            file = try text.map { text throws(INIFile.Malformed) in try INIFile(parsing: text) }
        } catch {
            throw SettingProblems([SettingProblem(name: path, value: nil, expected: "a dns.ini; \(error)")])
        }
        guard file != nil || environment[Self.domain] != nil else { return }
        takeRecord(file?.sections["gandi"] ?? [:])
        // As the original's first documentation has it; here it would be taken for an unknown setting.
        let early = self.environment.removeValue(forKey: Self.earlyInterval)
        if let early { takeInterval(early, from: Self.earlyInterval) }
        if let file { take(file) }
        guard problems.isEmpty else { throw SettingProblems(problems) }
    }

    // MARK: The record and its provider

    static let domain = "TARGET_DOMAIN_FQDN"

    private mutating func takeRecord(_ gandi: [String: String]) {
        func named(_ key: String, _ standard: String) -> String { gandi[key] ?? standard }
        let keyName = named("api_key", "API_KEY")
        if let key = environment[keyName] ?? environment["GANDI_API_KEY"] {
            let source = environment[keyName] == nil ? "GANDI_API_KEY" : Self.shownKeyName(keyName)
            set("GANDI_API_KEY", to: key, from: source, isSecret: true)
        } else if !hasOwn(["GANDI_API_KEY", "GANDI_TOKEN"].flatMap { [$0, $0 + "_FILE"] }) {
            problem(Self.shownKeyName(keyName), nil, "an API key or token of Gandi in this environment variable")
        }
        let (domainName, rootName) = (
            named("target_domain_fqdn", Self.domain), named("record_name_root", "RECORD_NAME_ROOT")
        )
        let (ttlName, typeName) = (named("record_ttl", "RECORD_TTL"), named("record_type_a", "RECORD_TYPE_A"))
        if let type = environment[typeName], type.uppercased() != "A" {
            problem(typeName, type, "A, the only type that the original wrote")
        }
        guard let domain = environment[domainName], !domain.isEmpty else {
            if !hasOwn(["RECORDS"]) { problem(domainName, nil, "the domain, such as example.com") }
            return
        }
        let zone = domain.hasSuffix(".") ? String(domain.dropLast()) : domain
        let root = environment[rootName] ?? "@"
        var record = root == "@" || root.isEmpty ? zone : "\(root).\(zone)"
        if let ttl = environment[ttlName] {
            guard let seconds = UInt32(ttl) else {
                problem(ttlName, ttl, "whole seconds, such as 300")
                return
            }
            record += "/\(seconds)"
        }
        let given = [domainName, rootName, ttlName].filter { environment[$0] != nil }
        set("RECORDS", to: record, from: given.joined(separator: ", "))
        set("ZONE", to: zone, from: domainName)
        set("PROVIDER", to: "gandi", from: domainName)
    }

    /// Somebody may have put the key itself where its variable's name belongs.
    private static func shownKeyName(_ name: String) -> String {
        ["API_KEY", "GANDI_API_KEY"].contains(name) ? name : "the variable that api_key in [gandi] names"
    }

    // MARK: The file

    private mutating func take(_ file: INIFile) {
        for (name, section) in file.sections.sorted(by: { $0.key < $1.key }) {
            guard let known = Self.known[name] else {
                notes.append("[\(name.prefix(40))] is no section of the original's, and has no effect")
                continue
            }
            let unknown = section.keys.filter { !known.contains($0) && !$0.hasPrefix("msg_") }.sorted()
            for key in unknown { notes.append("[\(name)] \(key.prefix(40)) is not known, and has no effect") }
            for key in section.keys.sorted() {
                if let why = Self.withoutCounterpart[key], known.contains(key) {
                    notes.append("[\(name)] \(key): \(why)")
                }
            }
        }
        if file.sections.values.contains(where: { $0.keys.contains { $0.hasPrefix("msg_") } }) {
            notes.append("msg_…: messages have this program's own words")
        }
        takeBaseURL(file.sections["gandi"] ?? [:])
        takeDetection(file)
        takeService(file.sections["ESDDNS"] ?? [:])
    }

    private mutating func takeBaseURL(_ gandi: [String: String]) {
        guard gandi["api_url_base"] != nil || gandi["api_url_domains"] != nil else { return }
        let (base, path) = (
            gandi["api_url_base"] ?? "https://api.gandi.net", gandi["api_url_domains"] ?? "/v5/livedns/domains"
        )
        guard path.hasSuffix("/domains") else {
            problem("[gandi] api_url_domains", path, "a path that ends in /domains, such as /v5/livedns/domains")
            return
        }
        let url = base + path.dropLast("/domains".count)
        guard url != "https://api.gandi.net/v5/livedns" else { return }
        set("GANDI_BASE_URL", to: url, from: "[gandi] api_url_base, api_url_domains")
    }

    /// Which section there is says who is asked.
    private mutating func takeDetection(_ file: INIFile) {
        let (http, stun) = (file.sections["WANIPState"], file.sections["STUNConfig"])
        switch (http, stun) {
        case (nil, nil):
            problem("[WANIPState], [STUNConfig]", nil, "at least one of these sections, which say who is asked")
        case (_?, _?): set("DETECTION", to: "stun+http", from: "[WANIPState] and [STUNConfig]")
        case (_?, nil): set("DETECTION", to: "http", from: "[WANIPState] without [STUNConfig]")
        case (nil, _?): set("DETECTION", to: "stun", from: "[STUNConfig] without [WANIPState]")
        }
        if let services = http?["ip_check_services"] {
            let urls = (try? JSONValue(parsing: services))?["svc"]?.array?.compactMap(\.string)
            if let urls, !urls.isEmpty {
                set("HTTP_SOURCES", to: urls.joined(separator: ","), from: "[WANIPState] ip_check_services")
            } else {
                problem(
                    "[WANIPState] ip_check_services", services, "JSON such as {\"svc\": [\"https://api.ipify.org\"]}")
            }
        }
        if let list = stun?["udp_host_list_url"] {
            set("STUN_LISTS", to: list, from: "[STUNConfig] udp_host_list_url")
        }
        for (key, value) in Self.protocolNumbers where stun?[key].map({ $0 != value }) ?? false {
            problem("[STUNConfig] \(key)", stun?[key], "\(value), as in RFC 8489")
        }
    }

    private static let protocolNumbers = [
        ("bind_request", "1"), ("magic_cookie", "554869826"), ("xor_mapped_address", "32"),
    ]

    private static let earlyInterval = "ESDDNS_DAEMON_INTERVAL"

    private mutating func takeInterval(_ text: String, from origin: String) {
        guard let seconds = UInt32(Self.unquoted(text)), (1...86_400).contains(seconds) else {
            problem(origin, text, "1 to 86400 seconds")
            return
        }
        for name in ["RECORD_CHECK_INTERVAL", "CONFIRM_INTERVAL"] { set(name, to: "\(seconds)s", from: origin) }
    }

    private mutating func takeService(_ section: [String: String]) {
        if let interval = section["daemon_thread_interval"] {
            takeInterval(interval, from: "[ESDDNS] daemon_thread_interval")
        }
        let (host, port) = (section["service_host"].map(Self.unquoted), section["service_port"].map(Self.unquoted))
        guard host != nil || port != nil else { return }
        set("LISTEN", to: "\(host ?? "0.0.0.0"):\(port ?? "51139")", from: "[ESDDNS] service_host, service_port")
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    // MARK: Taking

    private mutating func problem(_ name: String, _ value: String?, _ expected: String) {
        problems.append(SettingProblem(name: name, value: value, expected: expected))
    }

    /// Whether any of this program's settings of these names is there.
    private func hasOwn(_ names: [String]) -> Bool {
        names.contains { environment[SettingDeclaration.prefix + $0] != nil }
    }

    /// Sets one of this program's settings, unless it is there with another value already, which is a problem.
    private mutating func set(_ name: String, to value: String, from origin: String, isSecret: Bool = false) {
        let name = SettingDeclaration.prefix + name
        if isSecret {
            let rivals = [name + "_FILE", "ESDDNS_GANDI_TOKEN", "ESDDNS_GANDI_TOKEN_FILE"]
            if let rival = rivals.first(where: { environment[$0] != nil }) {
                problem(rival, "<redacted>", "only one of it and \(origin), which are both credentials")
                return
            }
        }
        if let own = environment[name], own != value {
            let shown = isSecret ? "<redacted>" : own
            let wish =
                isSecret ? "only one of it and \(origin)" : "\"\(value)\", which \(origin) says, or only one of them"
            problem(name, shown, wish)
            return
        }
        environment[name] = value
        notes.append("\(origin) is now \(name)\(isSecret ? "" : "=\(value)")")
    }
}

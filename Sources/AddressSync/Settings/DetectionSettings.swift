import DNSRecords
public import WANDetection

/// Whom to ask for the WAN address, and when to believe them.
public struct DetectionSettings: Sendable {
    public var sources: [AddressSource]
    /// Lists of further STUN servers.
    public var stunLists: [HTTPURL]
    public var quorum: QuorumSettings

    init(reading reader: inout SettingsReader) {
        let problemsBefore = reader.problems.count
        let allowNonGlobal = reader.boolean(SettingCatalog.allowNonGlobal)
        quorum = QuorumSettings(
            quorum: reader.integer(SettingCatalog.quorum, in: 1...10), allowNonGlobal: allowNonGlobal)
        let mode = reader.value(SettingCatalog.detection) { ["stun+http", "stun", "http"].contains($0) ? $0 : nil }
        var stun = reader.list(SettingCatalog.stunServers) { try AddressSource(parsingSTUN: $0) }
        var http = reader.list(SettingCatalog.httpSources) {
            try AddressSource(parsingHTTP: $0, allowNonGlobal: allowNonGlobal)
        }
        var dns = reader.list(SettingCatalog.dnsSources) { try AddressSource(parsingDNS: $0) }
        let lists = reader.list(SettingCatalog.stunLists) { text in
            let url = try HTTPURL(parsing: text)
            return url.isSecure || allowNonGlobal ? url : nil
        }
        // A set of addresses has no place in what a leader publishes.
        quorum.egress =
            reader.value(SettingCatalog.egress) { text in
                let policy = try EgressPolicy(parsing: text)
                return policy == .all ? nil : policy
            } ?? .sticky
        if reader.text(SettingCatalog.stunServers) == nil { stun = AddressSource.defaultSTUN }
        if reader.text(SettingCatalog.httpSources) == nil { http = AddressSource.defaultHTTPS }
        if reader.text(SettingCatalog.dnsSources) == nil { dns = AddressSource.defaultDNS }
        switch mode {
        case "stun": (sources, stunLists) = (stun, lists)
        case "http": (sources, stunLists) = (http, [])
        default: (sources, stunLists) = (stun + http + dns, lists)
        }
        // Problems of single sources have been reported; only complete lists can be judged as a whole.
        if reader.problems.count == problemsBefore {
            for problem in quorum.problems(with: sources, besidesLists: !stunLists.isEmpty) {
                reader.add(
                    SettingProblem(
                        name: SettingCatalog.quorum.environmentName + ", "
                            + SettingCatalog.stunServers.environmentName + ", "
                            + SettingCatalog.httpSources.environmentName + ", "
                            + SettingCatalog.dnsSources.environmentName,
                        value: nil, expected: "sources and a quorum that fit together; \(problem)"))
            }
        }
    }
}

extension PublishingSettings {
    init(reading reader: inout SettingsReader) {
        self.init()
        probeInterval = reader.duration(SettingCatalog.probeInterval, in: .seconds(1) ... .seconds(3600))
        confirmInterval = reader.duration(SettingCatalog.confirmInterval, in: .seconds(1) ... .seconds(86_400))
        heartbeatInterval = reader.duration(SettingCatalog.heartbeatInterval, in: .seconds(1) ... .seconds(3600))
    }
}

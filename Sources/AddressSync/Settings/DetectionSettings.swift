import DNSRecords
public import WANDetection

/// Whom to ask for the WAN address, and when to believe them.
public struct DetectionSettings: Sendable {
    public var origin: AddressOrigin
    /// Whom to ask; of a Service nobody.
    public var sources: [AddressSource]
    /// Lists of further STUN servers.
    public var stunLists: [HTTPURL]
    /// Believed where none of the sources answers.
    public var fallback: LocalSource?
    public var quorum: QuorumSettings

    /// - Parameter hasCluster: whether there is an API server to read a Service from.
    init(reading reader: inout SettingsReader, hasCluster: Bool = true) {
        origin = reader.value(SettingCatalog.addressSource) { try AddressOrigin(parsing: $0) } ?? .detect
        fallback =
            reader.value(SettingCatalog.fallback) { text -> LocalSource?? in
                text == "none" ? .some(nil) : .some(try LocalSource(parsing: text))
            } ?? nil
        if case .service = origin, !hasCluster {
            reader.report(
                SettingCatalog.addressSource, value: reader.text(SettingCatalog.addressSource),
                because: "a Service can be read by a process in the cluster only")
        }
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
        // Whoever names all STUN servers and web sources wants nobody else to be asked, as in a closed network.
        let isClosed = reader.text(SettingCatalog.stunServers) != nil && reader.text(SettingCatalog.httpSources) != nil
        if reader.text(SettingCatalog.dnsSources) == nil, !isClosed { dns = AddressSource.defaultDNS }
        switch mode {
        case "stun": (sources, stunLists) = (stun, lists)
        case "http": (sources, stunLists) = (http, [])
        default: (sources, stunLists) = (stun + http + dns, lists)
        }
        if origin != .detect { takeOrigin(&reader) }
        // Problems of single sources have been reported; only complete lists can be judged as a whole.
        if reader.problems.count == problemsBefore, origin == .detect {
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

    /// Nobody outside is asked, so that settings about whom to ask would be dropped in silence.
    private mutating func takeOrigin(_ reader: inout SettingsReader) {
        let unused = [
            SettingCatalog.stunServers, SettingCatalog.stunLists, SettingCatalog.httpSources, SettingCatalog.dnsSources,
            SettingCatalog.fallback,
        ]
        for setting in unused where reader.values.string(setting.name) != nil {
            reader.report(
                setting, value: reader.text(setting),
                because: "it has no meaning while \(SettingCatalog.addressSource.environmentName) is "
                    + "\(SettingCatalog.addressSource.shown(reader.text(SettingCatalog.addressSource) ?? "")), "
                    + "since nobody is asked then")
        }
        (stunLists, fallback) = ([], nil)
        // One is all there is.
        quorum.quorum = 1
        switch origin {
        case .local(let source): sources = [.local(source)]
        case .service(let reference): sources = [.local(.given(reference.description))]
        case .detect: break
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

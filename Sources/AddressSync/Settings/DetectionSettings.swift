import DNSRecords
public import NetworkPrimitives
public import WANDetection

/// Whom to ask for the WAN address, and when to believe them.
public struct DetectionSettings: Sendable {
    public var origin: AddressOrigin
    /// Which families are detected, IPv4 first; each by itself. See ``of(_:)``.
    public var families: [IPAddress.Family]
    /// Whom to ask for an address of the family of ``quorum``; of a Service nobody.
    public var sources: [AddressSource]
    /// Lists of further STUN servers.
    public var stunLists: [HTTPURL]
    /// Believed where none of the sources answers.
    public var fallback: LocalSource?
    public var quorum: QuorumSettings
    private var sourcesByFamily: [IPAddress.Family: [AddressSource]] = [:]

    /// What the processes that detect differ in.
    struct Role {
        /// Whether there is an API server to read a Service from.
        var hasCluster = true
        /// Which setting says where the address comes from.
        var originSetting = SettingCatalog.addressSource
        /// Families without which the process cannot do its work.
        var needed: [IPAddress.Family] = []
        /// Whether other detection in this process has a use for sources that this one has none for.
        var sharesSources = false
    }

    init(reading reader: inout SettingsReader, as role: Role = Role()) {
        origin = reader.value(role.originSetting) { try AddressOrigin(parsing: $0) } ?? .detect
        fallback =
            reader.value(SettingCatalog.fallback) { text -> LocalSource?? in
                text == "none" ? .some(nil) : .some(try LocalSource(parsing: text))
            } ?? nil
        if case .service = origin, !role.hasCluster {
            reader.report(
                role.originSetting, value: reader.text(role.originSetting),
                because: "a Service can be read by a process in the cluster only")
        }
        families = Self.families(reading: &reader, needed: role.needed)
        let problemsBefore = reader.problems.count
        let allowNonGlobal = reader.boolean(SettingCatalog.allowNonGlobal)
        quorum = QuorumSettings(
            family: families[0], quorum: reader.integer(SettingCatalog.quorum, in: 1...10),
            allowNonGlobal: allowNonGlobal)
        quorum.egress = reader.value(SettingCatalog.egress) { try EgressPolicy(parsing: $0) } ?? .sticky
        let given = GivenSources(reading: &reader, allowNonGlobal: allowNonGlobal)
        (stunLists, sources) = (given.stunLists, [])
        for family in families { sourcesByFamily[family] = given.sources(for: family) }
        if origin != .detect { takeOrigin(&reader, of: role) }
        sources = sourcesByFamily[families[0]] ?? []
        // Problems of single sources have been reported; only complete lists can be judged as a whole.
        guard reader.problems.count == problemsBefore, origin == .detect else { return }
        for family in families {
            for problem in quorum.problems(with: of(family).sources, besidesLists: !stunLists.isEmpty) {
                reader.add(
                    SettingProblem(
                        name: [
                            SettingCatalog.quorum, SettingCatalog.stunServers, SettingCatalog.httpSources,
                            SettingCatalog.dnsSources,
                        ].map(\.environmentName).joined(separator: ", "),
                        value: nil,
                        expected: "sources and a quorum that fit together for \(family.rawValue); \(problem)"))
            }
        }
    }

    /// Whether a record may have to hold several addresses.
    static func publishesAll(_ reader: SettingsReader) -> Bool {
        (try? EgressPolicy(parsing: reader.text(SettingCatalog.egress) ?? "")) == .all
    }

    private static func families(
        reading reader: inout SettingsReader, needed: [IPAddress.Family]
    ) -> [IPAddress.Family] {
        guard reader.text(SettingCatalog.families) != nil else { return needed.isEmpty ? [.ipv4] : needed }
        let named = reader.list(SettingCatalog.families) { IPAddress.Family(rawValue: $0.lowercased()) }
        let families = IPAddress.Family.allCases.filter(named.contains)
        if !named.isEmpty, let missing = needed.first(where: { !families.contains($0) }) {
            reader.report(
                SettingCatalog.families, value: reader.text(SettingCatalog.families),
                because: "\(SettingCatalog.records.environmentName) has records that need \(missing.rawValue)")
        }
        return families.isEmpty ? [.ipv4] : families
    }

    /// The settings for detecting an address of one of ``families``.
    public func of(_ family: IPAddress.Family) -> DetectionSettings {
        var settings = self
        settings.quorum.family = family
        settings.sources = sourcesByFamily[family] ?? []
        // Blocks of one family say nothing about lines of the other.
        if case .pinned(let blocks) = quorum.egress {
            let fitting = blocks.filter { $0.base.family == family }
            settings.quorum.egress = fitting.isEmpty ? .sticky : .pinned(fitting)
        }
        return settings
    }

    /// Nobody outside is asked, so that settings about whom to ask would be dropped in silence.
    private mutating func takeOrigin(_ reader: inout SettingsReader, of role: Role) {
        let unused = [
            SettingCatalog.stunServers, SettingCatalog.stunLists, SettingCatalog.httpSources, SettingCatalog.dnsSources,
            SettingCatalog.fallback,
        ]
        for setting in unused where reader.values.string(setting.name) != nil && !role.sharesSources {
            reader.report(
                setting, value: reader.text(setting),
                because: "it has no meaning while \(role.originSetting.environmentName) is "
                    + "\(role.originSetting.shown(reader.text(role.originSetting) ?? "")), since nobody is asked then")
        }
        (stunLists, fallback) = ([], nil)
        // One is all there is.
        quorum.quorum = 1
        let source: AddressSource
        switch origin {
        case .local(let local): source = .local(local)
        case .service(let reference): source = .local(.given(reference.description))
        case .detect: return
        }
        for family in families { sourcesByFamily[family] = [source] }
    }
}

/// The sources that a user names, and where none are named the built-in ones.
private struct GivenSources {
    private let mode: String
    private var stun: [AddressSource]?
    private var http: [AddressSource]?
    private var dns: [AddressSource]?
    private(set) var stunLists: [HTTPURL]

    init(reading reader: inout SettingsReader, allowNonGlobal: Bool) {
        mode = reader.value(SettingCatalog.detection) { ["stun+http", "stun", "http"].contains($0) ? $0 : nil } ?? ""
        let named = { (reader: SettingsReader, setting: SettingDeclaration) in reader.text(setting) != nil }
        let stun = reader.list(SettingCatalog.stunServers) { try AddressSource(parsingSTUN: $0) }
        let http = reader.list(SettingCatalog.httpSources) {
            try AddressSource(parsingHTTP: $0, allowNonGlobal: allowNonGlobal)
        }
        let dns = reader.list(SettingCatalog.dnsSources) { try AddressSource(parsingDNS: $0) }
        stunLists = reader.list(SettingCatalog.stunLists) { text in
            let url = try HTTPURL(parsing: text)
            return url.isSecure || allowNonGlobal ? url : nil
        }
        if named(reader, SettingCatalog.stunServers) { self.stun = stun }
        if named(reader, SettingCatalog.httpSources) { self.http = http }
        if named(reader, SettingCatalog.dnsSources) { self.dns = dns }
        if mode == "http" { stunLists = [] }
    }

    func sources(for family: IPAddress.Family) -> [AddressSource] {
        let standard = AddressSource.defaults(for: family)
        func chosen(_ named: [AddressSource]?, _ method: AddressSource.Method) -> [AddressSource] {
            // A server that is named by its address is reached over one family only.
            named?.filter { $0.family == nil || $0.family == family }
                ?? standard.filter { $0.transport.method == method }
        }
        // Whoever names all STUN servers and web sources wants nobody else to be asked, as in a closed network.
        let isClosed = stun != nil && http != nil && dns == nil
        switch mode {
        case "stun": return chosen(stun, .stun)
        case "http": return chosen(http, .web)
        default: return chosen(stun, .stun) + chosen(http, .web) + (isClosed ? [] : chosen(dns, .dns))
        }
    }
}

extension AddressSource {
    /// The family of a server that is named by its address.
    fileprivate var family: IPAddress.Family? {
        switch endpoint {
        case .server(let server), .dns(_, let server): IPAddress(server.host).map(\.family)
        case .url(let url), .dnsURL(_, let url): IPAddress(url.host.host).map(\.family)
        case .local: nil
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

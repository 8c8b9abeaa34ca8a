import DNSRecords
import HTTPTypes

/// Who is told of changes and of what does not work, and from when on it counts as lasting.
public struct NotificationSettings: Sendable {
    /// A server that takes announcements.
    struct Webhook: Sendable {
        var url: SecretSource
        var headers: SecretSource?
        var template: NotificationTemplate
        var kinds: Set<Announcement.Kind>
        var allowsHTTP: Bool

        /// Where and how, by what the secrets are now.
        ///
        /// - Throws: what is wrong with them, without showing them.
        func request() throws -> (url: WebhookURL, headers: HTTPFields) {
            let url = try WebhookURL(parsing: url.current().exposed, allowsHTTP: allowsHTTP)
            var fields = try HeaderLines.parse(headers?.current().exposed ?? "")
            if fields[.contentType] == nil { fields[.contentType] = "application/json" }
            return (url, fields)
        }
    }

    /// A server that wants to hear regularly that all is well.
    struct Ping: Sendable {
        var url: SecretSource
        var interval: Duration
        var method: HTTPRequest.Method
        var allowsHTTP: Bool

        func currentURL() throws(WebhookURL.ParseError) -> WebhookURL {
            try WebhookURL(parsing: url.current().exposed, allowsHTTP: allowsHTTP)
        }

        /// A request that has a body says what is wrong in it.
        func body(_ text: String) -> [UInt8]? { method == .post ? Array(text.prefix(1000).utf8) : nil }
    }

    /// How long something has to fail before people are told.
    var lasting: Duration
    var webhook: Webhook?
    var ping: Ping?

    init(reading reader: inout SettingsReader) {
        lasting = reader.duration(SettingCatalog.notifyAfter, in: .seconds(1) ... .seconds(86_400))
        let allowsHTTP = reader.boolean(SettingCatalog.notifyAllowHTTP)
        let template = reader.value(SettingCatalog.notifyTemplate) { try NotificationTemplate(parsing: $0) }
        let headers = reader.secret(SettingCatalog.notifyHeaders, isDocument: true) { _ = try HeaderLines.parse($0) }
        var kinds = Set(Announcement.Kind.allCases)
        if reader.text(SettingCatalog.notifyEvents) != nil {
            kinds = Set(reader.list(SettingCatalog.notifyEvents) { Announcement.Kind(rawValue: $0.lowercased()) })
        }
        let check: (String) throws -> Void = { _ = try WebhookURL(parsing: $0, allowsHTTP: allowsHTTP) }
        if let url = reader.secret(SettingCatalog.notifyURL, check) {
            webhook = Webhook(
                url: url, headers: headers, template: template ?? .standard, kinds: kinds, allowsHTTP: allowsHTTP)
        } else if !reader.isSecretSet(SettingCatalog.notifyURL) {
            for setting in [SettingCatalog.notifyTemplate, SettingCatalog.notifyHeaders, SettingCatalog.notifyEvents]
            where reader.isSecretSet(setting) {
                reader.report(
                    setting, value: reader.text(setting),
                    because: "it has no meaning without \(SettingCatalog.notifyURL.environmentName)")
            }
        }
        let interval = reader.duration(SettingCatalog.pingInterval, in: .seconds(1) ... .seconds(86_400))
        let method = reader.value(SettingCatalog.pingMethod) { text -> HTTPRequest.Method? in
            ["get": .get, "post": .post][text.lowercased()]
        }
        if let url = reader.secret(SettingCatalog.pingURL, check) {
            ping = Ping(url: url, interval: interval, method: method ?? .post, allowsHTTP: allowsHTTP)
        }
    }
}

extension SettingsReader {
    /// A secret from the setting or from the file that it names.
    ///
    /// - Parameters:
    ///   - isDocument: whether it may have several lines.
    ///   - check: throws what is wrong with it, without showing it.
    /// - Returns: `nil` where none is set, or it is wrong, which is then a problem.
    mutating func secret(
        _ setting: SettingDeclaration, isDocument: Bool = false, _ check: (String) throws -> Void
    ) -> SecretSource? {
        let (literal, file) = (values.string(setting.name), values.string(setting.name + "_FILE"))
        do {
            let source: SecretSource
            switch (literal, file) {
            case (nil, nil): return nil
            case (.some, .some):
                report(
                    setting, value: nil, because: "both \(setting.environmentName) and its _FILE are set; one is enough"
                )
                return nil
            case (.some(let literal), nil): source = try SecretSource(literal: literal, isDocument: isDocument)
            case (nil, .some(let file)): source = try SecretSource(file: file, isDocument: isDocument)
            }
            try check(source.current().exposed)
            return source
        } catch {
            report(setting, value: literal, because: "\(error)")
            return nil
        }
    }

    /// Whether it is set, itself or as a file.
    func isSecretSet(_ setting: SettingDeclaration) -> Bool {
        values.string(setting.name) != nil || values.string(setting.name + "_FILE") != nil
    }
}

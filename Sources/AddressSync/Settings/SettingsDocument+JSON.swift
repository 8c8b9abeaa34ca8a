public import DNSRecords
import OperatorCore

extension SettingsDocument {
    /// One JSON document on one line: `settings` with `name`, `default`, `expected` and `summary`; `providerSettings`, which
    /// all providers have; and `providers`. What is not there is `null`.
    public static var json: String {
        let document: JSONValue = [
            "settings": .array(
                SettingCatalog.all.map { setting in
                    [
                        "name": .string(setting.environmentName),
                        "default": setting.defaultText.map(JSONValue.string) ?? .null,
                        "expected": .string(setting.expected), "summary": .string(setting.summary),
                    ]
                }),
            "providerSettings": list(ProviderRegistry.sharedSettings),
            "providers": .array(ProviderRegistry.all.map(value(of:))),
        ]
        return document.description
    }

    /// One provider: `name`, `title`, `summary`, `ttl` with `minimum` and `maximum`, or `null` where the service decides it,
    /// `features`, `limits` with `count` and `seconds`, and `settings` with `name`, `isSecret` and `summary`.
    public static func json(of kind: ProviderKind) -> String { value(of: kind).description }

    private static func value(of kind: ProviderKind) -> JSONValue {
        [
            "name": .string(kind.name), "title": .string(kind.title), "summary": .string(kind.summary),
            "ttl": kind.features.contains(.ttl)
                ? [
                    "minimum": .integer(Int64(kind.acceptedTTL.lowerBound)),
                    "maximum": .integer(Int64(kind.acceptedTTL.upperBound)),
                ] : .null,
            "features": .array(kind.features.map(\.rawValue).sorted().map(JSONValue.string)),
            "limits": .array(
                kind.limits.map { limit in
                    ["count": .integer(Int64(limit.count)), "seconds": .integer(limit.period.components.seconds)]
                }),
            "settings": list(kind.settings),
        ]
    }

    private static func list(_ settings: [ProviderKind.Setting]) -> JSONValue {
        .array(
            settings.map { setting in
                [
                    "name": .string(SettingDeclaration.prefix + setting.name), "isSecret": .bool(setting.isSecret),
                    "summary": .string(setting.summary),
                ]
            })
    }
}

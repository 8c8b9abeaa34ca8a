extension ProviderKind {
    /// Azure DNS.
    static let azure = ProviderKind(
        name: "azure",
        title: "Azure DNS",
        limits: AzureProvider.limits,
        summary: "Azure DNS, with workload identity, a client secret or a managed identity",
        settings: [
            .init("AZURE_SUBSCRIPTION_ID", "the subscription that has the zone"),
            .init("AZURE_RESOURCE_GROUP", "the resource group that has the zone; found by itself if not set"),
            .init("AZURE_ZONE_KIND", "public or private: which kind of zones is used; public if not set"),
            .init("AZURE_TENANT_ID", "the tenant of the application, for workload identity and client secrets"),
            .init("AZURE_CLIENT_ID", "the application, or one of the machine's managed identities"),
            .init(
                "AZURE_CLIENT_SECRET", isSecret: true,
                "the application's secret; with neither this nor a federated token, the machine's managed identity is used"
            ),
            .init(
                "AZURE_FEDERATED_TOKEN", isSecret: true,
                "the cluster's token for workload identity, usually a file that the cluster keeps up to date"),
            .init(
                "AZURE_BASE_URL",
                "where Azure Resource Manager is, if not at \(AzureProvider.defaultBaseURL), as in sovereign clouds"),
            .init("AZURE_AUTHORITY_URL", "where applications sign in, if not at \(AzureProvider.defaultAuthorityURL)"),
        ]
    ) { reader, dependencies in
        let environment = dependencies.environment
        let subscription = azureIdentifier(&reader, environment, "AZURE_SUBSCRIPTION_ID")
        if subscription == nil, !reader.isSet("AZURE_SUBSCRIPTION_ID"), environment["AZURE_SUBSCRIPTION_ID"] == nil {
            reader.report(
                "AZURE_SUBSCRIPTION_ID", expected: "the ID of the subscription that has the zone; it is not set")
        }
        let resourceGroup = reader.optional(
            "AZURE_RESOURCE_GROUP", expected: "a resource group's name of 1 to 90 characters"
        ) { text in
            let isName = text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789-_.()".unicodeScalars.contains($0)
            }
            return isName && text.count <= 90 && !text.hasSuffix(".") ? text : nil
        }
        let kind = reader.optional("AZURE_ZONE_KIND", expected: "public or private") {
            AzureProvider.ZoneKind(rawValue: $0)
        }
        let credential = azureCredential(&reader, environment)
        let baseURL = reader.baseURL("AZURE_BASE_URL", default: AzureProvider.defaultBaseURL)
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: 1...TTLPolicy.largest)
        guard let subscription, let credential else { return nil }
        return AzureProvider(
            transport: dependencies.transport, credential: credential, subscription: subscription,
            resourceGroup: resourceGroup, kind: kind ?? .publicZone, baseURL: baseURL, zone: zone, configuredTTL: ttl,
            uptime: dependencies.uptime)
    }

    /// Settings come before what Azure's webhook for workload identity, or its command line, sets; a secret or a token that
    /// is set here, before one that is found there.
    private static func azureCredential(
        _ reader: inout SettingReader, _ environment: [String: String]
    ) -> AzureProvider.Credential? {
        let problems = reader.problems.count
        let tenant = azureIdentifier(&reader, environment, "AZURE_TENANT_ID")
        let client = azureIdentifier(&reader, environment, "AZURE_CLIENT_ID")
        var authority = AzureProvider.defaultAuthorityURL
        if let text = environment["AZURE_AUTHORITY_HOST"], !text.isEmpty, !reader.isSet("AZURE_AUTHORITY_URL") {
            if let url = SettingReader.baseURL(text) {
                authority = url
            } else {
                let expected = "an https URL such as \(authority)"
                reader.report(SettingProblem(name: "AZURE_AUTHORITY_HOST", value: text, expected: expected))
            }
        } else {
            authority = reader.baseURL("AZURE_AUTHORITY_URL", default: authority)
        }
        var secret = reader.secret("AZURE_CLIENT_SECRET")
        var token = reader.secret("AZURE_FEDERATED_TOKEN")
        if secret != nil, token != nil {
            reader.report(
                "AZURE_FEDERATED_TOKEN", value: "<redacted>",
                expected: "to be left out, since \(reader.displayName("AZURE_CLIENT_SECRET")) is set as well")
        }
        guard reader.problems.count == problems else { return nil }
        if secret == nil, token == nil {
            token = azureVariable(&reader, "AZURE_FEDERATED_TOKEN_FILE", environment) {
                path throws(SecretSource.LoadError) in
                try SecretSource(file: path)
            }
            if token == nil {
                secret = azureVariable(&reader, "AZURE_CLIENT_SECRET", environment) {
                    text throws(SecretSource.LoadError) in
                    try SecretSource(literal: text)
                }
            }
            guard reader.problems.count == problems else { return nil }
        }
        guard token != nil || secret != nil else { return .managedIdentity(clientID: client) }
        for (name, value) in [("AZURE_TENANT_ID", tenant), ("AZURE_CLIENT_ID", client)] where value == nil {
            reader.report(
                name, expected: "the ID (a UUID) that goes with the application's secret or token; it is not set")
        }
        guard let tenant, let client else { return nil }
        let application = AzureProvider.Application(tenantID: tenant, clientID: client, authorityURL: authority)
        if let token { return .workloadIdentity(token: token, application: application) }
        return secret.map { .clientSecret($0, application: application) }
    }

    /// A secret out of a variable that is Azure's own.
    private static func azureVariable(
        _ reader: inout SettingReader, _ name: String, _ environment: [String: String],
        _ load: (String) throws(SecretSource.LoadError) -> SecretSource
    ) -> SecretSource? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        do throws(SecretSource.LoadError) {
            return try load(text)
        } catch {
            let isPath = name.hasSuffix("_FILE")
            reader.report(
                SettingProblem(
                    name: name, value: isPath ? text : "<redacted>",
                    expected:
                        "\(isPath ? "the path of a file with the cluster's token" : "a secret on one line"); \(error)"))
            return nil
        }
    }

    /// An identifier from a setting or from a variable that is Azure's own.
    private static func azureIdentifier(
        _ reader: inout SettingReader, _ environment: [String: String], _ name: String
    ) -> String? {
        let expected = "an identifier such as 00000000-0000-0000-0000-000000000000, or a domain for a tenant"
        func parse(_ text: String) -> String? {
            let isPlain = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
            return isPlain && (1...253).contains(text.utf8.count) ? text : nil
        }
        if reader.isSet(name) { return reader.optional(name, expected: expected) { parse($0) } }
        guard let text = environment[name], !text.isEmpty else { return nil }
        let value = parse(text)
        if value == nil { reader.report(SettingProblem(name: name, value: text, expected: expected)) }
        return value
    }
}

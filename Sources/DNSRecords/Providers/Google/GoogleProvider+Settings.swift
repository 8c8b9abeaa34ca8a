extension ProviderKind {
    /// Google Cloud DNS.
    static let google = ProviderKind(
        name: "google",
        title: "Google Cloud DNS",
        limits: GoogleProvider.limits,
        summary: "Google Cloud DNS, with Workload Identity, a service account's key or workload identity federation",
        settings: [
            .init(
                "GOOGLE_CREDENTIALS", isSecret: true,
                "a service account's key, or a configuration of workload identity federation, as JSON; if not set, the file that "
                    + "GOOGLE_APPLICATION_CREDENTIALS names, else the metadata server"),
            .init(
                "GOOGLE_PROJECT",
                "the project that has the zone; if not set, that of the service account's key or of the machine"),
            .init("GOOGLE_MANAGED_ZONE", "what Cloud DNS calls the zone; found by itself if not set"),
            .init("GOOGLE_ZONE_VISIBILITY", "public or private: which zones are looked for; public if not set"),
            .init("GOOGLE_BASE_URL", "where the API is, if not at \(GoogleProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let problems = reader.problems.count
        let credential = googleCredential(&reader, dependencies.environment)
        let project =
            reader.optional("GOOGLE_PROJECT", expected: "a project's ID, such as my-project-123456") { text in
                GoogleProvider.isProjectID(text) ? text : nil
            } ?? dependencies.environment["GOOGLE_CLOUD_PROJECT"].flatMap { GoogleProvider.isProjectID($0) ? $0 : nil }
        if case .document(let source)? = credential, case .externalAccount? = try? GoogleCredentials(source.current()),
            project == nil, reader.problems.count == problems
        {
            reader.report(
                "GOOGLE_PROJECT", expected: "the ID of the project that has the zone, which federation does not tell")
        }
        let managedZone = reader.optional(
            "GOOGLE_MANAGED_ZONE", expected: "a managed zone's name (lower-case letters, digits and hyphens) or number"
        ) { text in
            GoogleProvider.isProjectID(text) ? text : nil
        }
        let visibility = reader.optional("GOOGLE_ZONE_VISIBILITY", expected: "public or private") { text in
            GoogleProvider.Visibility(rawValue: text)
        }
        let baseURL = reader.baseURL("GOOGLE_BASE_URL", default: GoogleProvider.defaultBaseURL)
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: 1...TTLPolicy.largest)
        guard let credential else { return nil }
        return GoogleProvider(
            transport: dependencies.transport, credential: credential, project: project, managedZone: managedZone,
            visibility: visibility ?? .publicZone, baseURL: baseURL, zone: zone, configuredTTL: ttl,
            wallClock: dependencies.wallClock, uptime: dependencies.uptime)
    }

    /// Our own setting, else what Google's libraries look at, in their order.
    private static func googleCredential(
        _ reader: inout SettingReader, _ environment: [String: String]
    ) -> GoogleProvider.Credential? {
        let problems = reader.problems.count
        if let source = reader.secretDocument("GOOGLE_CREDENTIALS") {
            do throws(GoogleCredentials.InvalidError) {
                _ = try GoogleCredentials(source.current())
                return .document(source)
            } catch {
                reader.report(
                    "GOOGLE_CREDENTIALS", value: "<redacted>",
                    expected: "a service account's key or a configuration of workload identity federation; \(error)")
                return nil
            }
        }
        guard reader.problems.count == problems else { return nil }
        let variable = "GOOGLE_APPLICATION_CREDENTIALS"
        guard let path = environment[variable], !path.isEmpty else {
            let host = environment["GCE_METADATA_HOST"] ?? GoogleMetadataServer.defaultHost
            guard SettingReader.baseURL("http://\(host)") != nil, !host.contains("/") else {
                reader.report(SettingProblem(name: "GCE_METADATA_HOST", value: host, expected: "HOST or HOST:PORT"))
                return nil
            }
            return .metadataServer(host: host)
        }
        let expected = "the path of a service account's key or of a configuration of workload identity federation"
        do {
            let source = try SecretSource(file: path, isDocument: true)
            _ = try GoogleCredentials(source.current())
            return .document(source)
        } catch {
            reader.report(SettingProblem(name: variable, value: path, expected: "\(expected); \(error)"))
            return nil
        }
    }
}

extension ProviderKind {
    /// Amazon Route 53.
    static let route53 = ProviderKind(
        name: "route53",
        title: "Amazon Route 53",
        acceptedTTL: Route53Provider.acceptedTTL,
        limits: Route53Provider.limits,
        summary: "Amazon Route 53; without credentials in settings, they are looked for as AWS's own tools do: in the "
            + "environment, by the web identity of the service account (IRSA), in the shared credentials file, from EKS Pod "
            + "Identity, and from EC2's instance metadata",
        settings: [
            .init(
                "ROUTE53_ACCESS_KEY_ID", isSecret: true,
                "an access key of an IAM user; instead of all other credentials"),
            .init("ROUTE53_SECRET_ACCESS_KEY", isSecret: true, "the secret that belongs to the access key"),
            .init("ROUTE53_SESSION_TOKEN", isSecret: true, "the session token, if the access key is a temporary one"),
            .init("ROUTE53_ZONE_ID", "the hosted zone to use, such as Z1D633PJN98FT9; needed for private ones"),
            .init(
                "ROUTE53_REGION",
                "the AWS region to get credentials in, which also tells the partition; otherwise AWS_REGION"),
            .init("ROUTE53_BASE_URL", "where the API is, if not at the partition's own endpoint"),
            .init("ROUTE53_STS_BASE_URL", "where the Security Token Service is, if not at the region's own endpoint"),
            .init(
                "ROUTE53_METADATA_BASE_URL",
                "where the instance metadata is, if not at \(InstanceMetadataCredentials.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        var environment = AWSEnvironment(dependencies.environment)
        let region =
            reader.optional("ROUTE53_REGION", expected: "an AWS region, such as eu-central-1") {
                AWSEnvironment.isRegion($0) ? $0 : nil
            } ?? environment.region()
        let partition = AWSPartition(region: region)
        let baseURL = reader.baseURL("ROUTE53_BASE_URL", default: partition.route53URL)
        let stsURL = reader.baseURL("ROUTE53_STS_BASE_URL", default: partition.stsURL(region: region))
        let metadataURL = reader.baseURL(
            "ROUTE53_METADATA_BASE_URL", default: InstanceMetadataCredentials.defaultBaseURL)
        let zoneID = reader.optional("ROUTE53_ZONE_ID", expected: "the ID of a hosted zone, such as Z1D633PJN98FT9") {
            text in
            let id = text.hasPrefix("/hostedzone/") ? String(text.dropFirst("/hostedzone/".count)) : text
            return Route53HostedZone.isID(id) ? id : nil
        }
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: Route53Provider.acceptedTTL)
        var sources: [any AWSCredentialSource] = []
        if let given = reader.awsCredentials() {
            sources = given.map { [$0] } ?? []
        } else {
            sources = environment.sources(
                transport: dependencies.transport, stsURL: stsURL, metadataURL: metadataURL,
                otherwise: "set \(reader.displayName("ROUTE53_ACCESS_KEY_ID")) and its secret")
            environment.problems.forEach { reader.report($0) }
            if sources.isEmpty, environment.problems.isEmpty {
                reader.report(
                    "ROUTE53_ACCESS_KEY_ID",
                    expected: "an access key; it is not set, and neither are other AWS credentials")
            }
        }
        guard !sources.isEmpty else { return nil }
        return Route53Provider(
            transport: dependencies.transport,
            credentials: AWSCredentialChain(sources, clock: dependencies.wallClock), baseURL: baseURL,
            signingRegion: partition.signingRegion, zoneID: zoneID,
            zoneIDSetting: reader.displayName("ROUTE53_ZONE_ID"), zone: zone, configuredTTL: ttl,
            clock: dependencies.wallClock, uptime: dependencies.uptime)
    }
}

extension SettingReader {
    /// Credentials that are given in settings.
    ///
    /// - Returns: `nil` where there are none; `.some(nil)` where something is wrong with them, which was reported.
    fileprivate mutating func awsCredentials() -> GivenAWSCredentials?? {
        let before = problems.count
        let id = secret("ROUTE53_ACCESS_KEY_ID")
        let key = secret("ROUTE53_SECRET_ACCESS_KEY")
        let token = secret("ROUTE53_SESSION_TOKEN")
        guard problems.count == before else { return .some(nil) }
        switch (id, key) {
        case (let id?, let key?):
            return GivenAWSCredentials(
                title: displayName("ROUTE53_ACCESS_KEY_ID"), accessKeyID: id, secretAccessKey: key, sessionToken: token)
        case (nil, nil) where token == nil: return nil
        case (nil, _):
            report(
                "ROUTE53_ACCESS_KEY_ID",
                expected: "the access key that the secret or the session token belongs to; it is not set")
        case (_, nil):
            report("ROUTE53_SECRET_ACCESS_KEY", expected: "the secret that belongs to the access key; it is not set")
        }
        return .some(nil)
    }
}

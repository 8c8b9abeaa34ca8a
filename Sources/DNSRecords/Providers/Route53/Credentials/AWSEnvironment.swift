import CurlHTTP

/// The environment variables that AWS's own tools have in common, and that EKS sets in pods.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
struct AWSEnvironment {
    private let variables: [String: String]
    private(set) var problems: [SettingProblem] = []

    init(_ variables: [String: String]) { self.variables = variables }

    mutating func region() -> String? {
        guard let name = ["AWS_REGION", "AWS_DEFAULT_REGION"].first(where: { value($0) != nil }),
            let region = value(name)
        else { return nil }
        guard Self.isRegion(region) else {
            report(name, value: region, expected: "an AWS region, such as eu-central-1")
            return nil
        }
        return region
    }

    /// Lower-case letters, digits and hyphens: it becomes part of a host's name.
    static func isRegion(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Where to look for credentials, in the order of AWS's own tools. What is configured comes without alternatives behind
    /// it, because other credentials would be somebody else's.
    ///
    /// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    ///
    /// - Parameter otherwise: how else the user can give credentials, for messages.
    mutating func sources(
        transport: any HTTPTransport, stsURL: String, metadataURL: String, otherwise: String
    ) -> [any AWSCredentialSource] {
        if value("AWS_ACCESS_KEY_ID") != nil || value("AWS_SECRET_ACCESS_KEY") != nil {
            return given().map { [$0] } ?? []
        }
        if value("AWS_WEB_IDENTITY_TOKEN_FILE") != nil {
            return webIdentity(transport, stsURL).map { [$0] } ?? []
        }
        var sources: [any AWSCredentialSource] = []
        if let file = sharedFile() { sources.append(file) }
        if value("AWS_CONTAINER_CREDENTIALS_FULL_URI") != nil || value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != nil
        {
            return sources + (container(transport).map { [$0] } ?? [])
        }
        if value("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" {
            sources.append(
                InstanceMetadataCredentials(baseURL: metadataURL, otherwise: otherwise, transport: transport))
        }
        return sources
    }

    // MARK: One place each

    private mutating func given() -> GivenAWSCredentials? {
        guard let id = literal("AWS_ACCESS_KEY_ID"), let key = literal("AWS_SECRET_ACCESS_KEY") else { return nil }
        let token = value("AWS_SESSION_TOKEN") == nil ? nil : literal("AWS_SESSION_TOKEN")
        return GivenAWSCredentials(
            title: "AWS_ACCESS_KEY_ID in the environment", accessKeyID: id, secretAccessKey: key, sessionToken: token)
    }

    private mutating func webIdentity(_ transport: any HTTPTransport, _ stsURL: String) -> WebIdentityCredentials? {
        let token = file("AWS_WEB_IDENTITY_TOKEN_FILE")
        guard let role = value("AWS_ROLE_ARN"), role.hasPrefix("arn:"),
            role.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            report(
                "AWS_ROLE_ARN", value: value("AWS_ROLE_ARN"),
                expected: "the role to assume, such as arn:aws:iam::123456789012:role/dns, since "
                    + "AWS_WEB_IDENTITY_TOKEN_FILE is set")
            return nil
        }
        guard let token else { return nil }
        return WebIdentityCredentials(
            roleARN: role, sessionName: value("AWS_ROLE_SESSION_NAME") ?? "esddns", token: token, baseURL: stsURL,
            transport: transport)
    }

    private func sharedFile() -> SharedFileCredentials? {
        let named = value("AWS_SHARED_CREDENTIALS_FILE")
        let profile = value("AWS_PROFILE")
        guard let path = named ?? value("HOME").map({ "\($0)/.aws/credentials" }) else { return nil }
        return SharedFileCredentials(
            path: path, profile: profile ?? "default", isOptional: named == nil && profile == nil)
    }

    private mutating func container(_ transport: any HTTPTransport) -> ContainerCredentials? {
        let url: String
        if let relative = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = ContainerCredentials.relativeBaseURL + relative
            guard relative.hasPrefix("/"), ContainerCredentials.isAllowed(url) else {
                report("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", value: relative, expected: "a path that begins with /")
                return nil
            }
        } else {
            url = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") ?? ""
            guard ContainerCredentials.isAllowed(url) else {
                report(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: RedactedURL(url).description,
                    expected: "an https URL, or an http URL at a loopback address, 169.254.170.2, 169.254.170.23 or "
                        + "[fd00:ec2::23]")
                return nil
            }
        }
        let before = problems.count
        let token: SecretSource? =
            if value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") != nil {
                file("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
            } else if value("AWS_CONTAINER_AUTHORIZATION_TOKEN") != nil {
                literal("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            } else {
                nil
            }
        guard problems.count == before else { return nil }
        return ContainerCredentials(url: url, token: token, transport: transport)
    }

    // MARK: Variables

    private func value(_ name: String) -> String? { DictionarySettings(variables).string(name) }

    private mutating func report(_ name: String, value: String?, expected: String) {
        problems.append(SettingProblem(name: name, value: value, expected: expected))
    }

    private mutating func literal(_ name: String) -> SecretSource? {
        guard let text = value(name) else {
            report(name, value: nil, expected: "AWS credentials, of which another part is set; it is not")
            return nil
        }
        do {
            return try SecretSource(literal: text)
        } catch {
            report(name, value: "<redacted>", expected: "a secret on one line; \(error)")
            return nil
        }
    }

    private mutating func file(_ name: String) -> SecretSource? {
        guard let path = value(name) else { return nil }
        do {
            return try SecretSource(file: path)
        } catch {
            report(name, value: path, expected: "the path of a file with a token; \(error)")
            return nil
        }
    }
}

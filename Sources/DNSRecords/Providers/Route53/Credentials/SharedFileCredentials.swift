#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Credentials in the file that AWS's tools share, for one of its profiles.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct SharedFileCredentials: AWSCredentialSource {
    private let path: String
    private let profile: String
    private let isOptional: Bool

    /// - Parameter isOptional: whether neither the file nor the profile were named by anybody.
    init(path: String, profile: String, isOptional: Bool) {
        self.path = path
        self.profile = profile
        self.isOptional = isOptional
    }

    var title: String { "the profile \(profile) in \(path)" }

    var secretRevision: SecretRevision { SecretRevision(ofFile: path) }

    func load() async throws(ProviderError) -> AWSCredentials? {
        // Read at every use, so that it can be replaced while the program runs.
        guard let bytes = FileManager.default.contents(atPath: path) else {
            if isOptional { return nil }
            throw ProviderError(.refused, "AWS credentials: \(path) cannot be read")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let values = Self.profiles(in: text)[profile] else {
            if isOptional { return nil }
            throw ProviderError(.refused, "AWS credentials: \(path) has no profile [\(profile)]")
        }
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"], !id.isEmpty,
            !secret.isEmpty
        else {
            throw ProviderError(
                .refused,
                "AWS credentials: \(title) lacks aws_access_key_id or aws_secret_access_key, and nothing else is read "
                    + "there")
        }
        let token = values["aws_session_token"].flatMap { $0.isEmpty ? nil : SecretValue($0) }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: SecretValue(secret), sessionToken: token, expiration: nil, origin: title)
    }

    /// The settings of all profiles. Lines that mean nothing are left out, as AWS's tools do.
    static func profiles(in text: String) -> [String: [String: String]] {
        func trimmed(_ text: Substring) -> String {
            let start = text.drop(while: \.isWhitespace)
            return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
        }
        var profiles: [String: [String: String]] = [:]
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            // A line that is indented belongs to the value before it, and no value that matters here has such lines.
            guard let first = line.first, first != "#", first != ";", !first.isWhitespace else { continue }
            if first == "[" {
                current = line.firstIndex(of: "]").map { trimmed(line[line.index(after: line.startIndex)..<$0]) }
                if let current, profiles[current] == nil { profiles[current] = [:] }
            } else if let current, let equals = line.firstIndex(of: "=") {
                profiles[current]?[trimmed(line[..<equals]).lowercased()] = trimmed(line[line.index(after: equals)...])
            }
        }
        return profiles
    }
}

import CurlHTTP
import NetworkPrimitives

/// Reads a provider's settings one after the other and remembers everything that is wrong with them.
struct SettingReader {
    private let settings: any ProviderSettings
    private(set) var problems: [SettingProblem] = []

    init(_ settings: any ProviderSettings) { self.settings = settings }

    func isSet(_ name: String) -> Bool { settings.string(name) != nil }

    mutating func report(_ name: String, value: String? = nil, expected: String) {
        problems.append(
            SettingProblem(name: settings.displayName(name), value: value.map(Self.shown), expected: expected))
    }

    /// A value as messages may show it. What is, or is meant to be, a URL can have a password or a token in it, as the update
    /// URLs of some services have: neither user information nor query is shown.
    private static func shown(_ value: String) -> String {
        value.contains("://") || value.contains("@") ? RedactedURL(value).description : value
    }

    /// Something wrong with what is no setting of this program, such as a variable that a cloud sets.
    mutating func report(_ problem: SettingProblem) { problems.append(problem) }

    /// A setting that may be left out.
    ///
    /// - Parameter parse: makes a value of the text, or throws what would be right.
    mutating func optional<Value>(
        _ name: String, expected: String, _ parse: (String) throws -> Value?
    ) -> Value? {
        guard let text = settings.string(name) else { return nil }
        do {
            if let value = try parse(text) { return value }
            report(name, value: text, expected: expected)
        } catch {
            report(name, value: text, expected: "\(expected); \(error)")
        }
        return nil
    }

    /// A setting that has to be there.
    mutating func required<Value>(
        _ name: String, expected: String, _ parse: (String) throws -> Value?
    ) -> Value? {
        guard isSet(name) else {
            report(name, expected: "\(expected); it is not set")
            return nil
        }
        return optional(name, expected: expected, parse)
    }

    /// A secret from the setting or from a file; `nil` if neither is set or something is wrong with it.
    mutating func secret(_ name: String) -> SecretSource? {
        do {
            return try settings.secret(name)
        } catch let problem as SettingProblem {
            problems.append(problem)
        } catch {
            report(name, value: "<redacted>", expected: "a secret; \(error)")
        }
        return nil
    }

    /// A secret of several lines, such as a key file's JSON, from the setting or from a file.
    mutating func secretDocument(_ name: String) -> SecretSource? {
        do throws(SecretSource.LoadError) {
            switch (settings.string(name), settings.string(name + "_FILE")) {
            case (nil, nil): return nil
            case (.some, .some):
                report(name, expected: "either this or \(displayName(name + "_FILE")), but both are set")
                return nil
            case (.some(let text), nil): return try SecretSource(literal: text, isDocument: true)
            case (nil, .some(let file)): return try SecretSource(file: file, isDocument: true)
            }
        } catch {
            if let file = settings.string(name + "_FILE") {
                report(name + "_FILE", value: file, expected: "the path of a file with the secret; \(error)")
            } else {
                report(name, value: "<redacted>", expected: "a secret document; \(error)")
            }
            return nil
        }
    }

    /// Where an API is: an `http` or `https` URL without user, query and fragment, and without a slash at its end.
    mutating func baseURL(_ name: String, default standard: String) -> String {
        optional(name, expected: "an http or https URL without a query, such as \(standard)", Self.baseURL) ?? standard
    }

    static func baseURL(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains { "?#@\"<>\\".contains($0) }
        guard isPlain, let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        return url.count > scheme.count && !url.dropFirst(scheme.count).hasPrefix("/") ? url : nil
    }

    /// A secret that has to be there, in the setting or in a file.
    ///
    /// - Parameter what: for the message: `an API token with the permission Zone / DNS / Edit`.
    mutating func requiredSecret(_ name: String, _ what: String) -> SecretSource? {
        let before = problems.count
        if let secret = secret(name) { return secret }
        if problems.count == before { report(name, expected: "\(what), here or in a file; it is not set") }
        return nil
    }

    /// The zone to use, if the user names one.
    mutating func zone() -> RecordName? {
        optional("ZONE", expected: "the name of the zone that holds the records, such as example.com") { text in
            try DomainName(parsing: text)
        }
    }

    /// The TTL to give records, if the user names one.
    mutating func ttl(accepted: ClosedRange<UInt32>) -> UInt32? {
        optional("TTL", expected: "a number of seconds from \(accepted.lowerBound) to \(accepted.upperBound)") { text in
            UInt32(text).flatMap { accepted.contains($0) ? $0 : nil }
        }
    }

    /// For services that decide the TTL by themselves.
    mutating func refuseTTL(_ title: String) {
        guard let text = settings.string("TTL") else { return }
        report("TTL", value: text, expected: "to be left out, since \(title) decides how long records may be kept")
    }

    /// The names of settings as the user knows them, for messages at run time.
    func displayName(_ name: String) -> String { settings.displayName(name) }
}

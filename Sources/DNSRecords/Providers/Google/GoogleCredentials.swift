#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a file of Google's application default credentials holds.
///
/// https://google.aip.dev/auth/4112 (service accounts), https://google.aip.dev/auth/4117 (external accounts)
enum GoogleCredentials: Sendable {
    case serviceAccount(GoogleServiceAccount)
    case externalAccount(GoogleExternalAccount)

    /// Why a document cannot be used; the message never quotes it.
    struct InvalidError: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    /// Reads a document and checks everything that can be checked without a network.
    ///
    /// - Throws: ``InvalidError``.
    init(_ document: SecretValue) throws(InvalidError) {
        struct Kind: Decodable { var type: String }
        let data = Data(document.exposed.utf8)
        guard let kind = try? JSONDecoder().decode(Kind.self, from: data) else {
            throw InvalidError(description: "it is not a JSON object with a type")
        }
        switch kind.type {
        case "service_account": self = .serviceAccount(try GoogleServiceAccount(Self.decode(data)))
        case "external_account": self = .externalAccount(try GoogleExternalAccount(Self.decode(data)))
        case "authorized_user":
            throw InvalidError(
                description: "its type is authorized_user, which is a person's; a service account's key is needed")
        default:
            throw InvalidError(
                description: "its type is neither service_account nor external_account: \"\(kind.type.prefix(40))\"")
        }
    }

    /// The project that the credentials belong to, where they say so.
    var projectID: String? {
        switch self {
        case .serviceAccount(let account): account.projectID
        case .externalAccount: nil
        }
    }

    private static func decode<Value: Decodable>(_ data: Data) throws(InvalidError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch DecodingError.keyNotFound(let key, _) {
            throw InvalidError(description: "it has no \(key.stringValue)")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw InvalidError(description: "its \(key) is of the wrong type")
        } catch {
            throw InvalidError(description: "it is not the JSON that Google hands out")
        }
    }
}

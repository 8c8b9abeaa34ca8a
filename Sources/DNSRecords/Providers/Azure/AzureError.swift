import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An error of Azure Resource Manager, which some of its providers give without the envelope.
///
/// https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors
struct AzureError: Decodable {
    var code: String
    var message: String?

    private struct Envelope: Decodable { var error: AzureError }

    static func read(_ response: HTTPClientResponse) -> AzureError? {
        let data = Data(response.body)
        return (try? JSONDecoder().decode(Envelope.self, from: data).error)
            ?? (try? JSONDecoder().decode(AzureError.self, from: data))
    }

    /// Codes of a 404 that mean that more is missing than the record set.
    private static let missingParents: Set<String> = [
        "ParentResourceNotFound", "ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound",
    ]

    /// Whether the zone, or what it is in, is missing; otherwise a 404 is about the record set alone.
    static func meansThatTheZoneIsMissing(_ response: HTTPClientResponse) -> Bool {
        read(response).map { missingParents.contains($0.code) } ?? false
    }

    static let dialect: ProviderHTTP.Dialect = {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { read($0).map { error in error.message.map { "\(error.code): \($0)" } ?? error.code } }
        dialect.kind = { response in
            // A lock is not a conflict that goes away by itself.
            response.status.code == 409 && read(response)?.code == "ScopeLocked" ? .permanent : nil
        }
        return dialect
    }()
}

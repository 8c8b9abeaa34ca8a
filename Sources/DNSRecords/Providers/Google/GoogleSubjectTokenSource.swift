import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the token of somebody else's comes from that Google exchanges for its own: a file, or a URL that gives it.
struct GoogleSubjectTokenSource: Sendable {
    private enum Place: Sendable {
        case file(String)
        case url(String, headers: [String: String])
    }

    private let place: Place
    /// The JSON object's field that holds the token; `nil` where the token is all there is.
    private let field: String?

    /// - Throws: ``GoogleCredentials/InvalidError``.
    init(_ source: GoogleExternalAccount.File.Source) throws(GoogleCredentials.InvalidError) {
        switch (source.file, source.url) {
        case (let file?, nil): place = .file(file)
        case (nil, let url?):
            // The metadata servers of other clouds have no https; what they give is of use to this machine only.
            guard url.hasPrefix("http://") || url.hasPrefix("https://"),
                url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw .init(description: "its credential_source.url is not an http or https URL") }
            place = .url(url, headers: source.headers ?? [:])
        default:
            throw .init(
                description: "its credential_source names neither a file nor a URL; other sources are not supported")
        }
        switch source.format?.type ?? "text" {
        case "text": field = nil
        case "json":
            guard let name = source.format?.subject_token_field_name else {
                throw .init(description: "its credential_source.format has no subject_token_field_name")
            }
            field = name
        default: throw .init(description: "its credential_source.format.type is neither text nor json")
        }
    }

    /// Of a file; what a URL gives is not known before it is asked.
    var secretRevision: SecretRevision {
        switch place {
        case .file(let path): SecretRevision(ofFile: path)
        case .url: .unchanging
        }
    }

    /// The token as it is now; it is read anew every time, since it is replaced long before it expires.
    func token(_ transport: any HTTPTransport) async throws(ProviderError) -> SecretValue {
        switch place {
        case .file(let path):
            do throws(SecretSource.LoadError) {
                return try pick(from: try SecretSource(file: path, isDocument: field != nil).current(), of: path)
            } catch {
                throw ProviderError(.refused, "the subject token is not there: \(error)")
            }
        case .url(let url, let headers):
            let title = "the subject token's source"
            let http = ProviderHTTP(
                transport: transport, title: title,
                refusalAdvice: "see what credential_source of the credentials says about it")
            var request = HTTPClientRequest(url: url, timeout: .seconds(5))
            for (name, value) in headers {
                guard let name = HTTPField.Name(name) else { continue }
                request.headers[name] = value
            }
            let response = try await http.send(request, isWrite: false, secrets: headers.values.map(SecretValue.init))
            let text = String(decoding: response.body, as: UTF8.self)
            do throws(SecretSource.LoadError) {
                return try pick(from: try SecretSource(literal: text, isDocument: field != nil).current(), of: title)
            } catch {
                throw ProviderError(.temporary, "\(title) answered something unexpected")
            }
        }
    }

    private func pick(from document: SecretValue, of place: String) throws(SecretSource.LoadError) -> SecretValue {
        guard let field else { return document }
        let object = try? JSONDecoder().decode([String: JSONText].self, from: Data(document.exposed.utf8))
        guard let text = object?[field]?.text else {
            throw SecretSource.LoadError(description: "\(place) is no JSON object with a text in \(field.prefix(40))")
        }
        return try SecretSource(literal: text).current()
    }

    /// A field of which only a text is of interest.
    private struct JSONText: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }
}

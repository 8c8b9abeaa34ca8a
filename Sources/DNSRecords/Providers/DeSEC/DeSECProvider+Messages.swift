import CurlHTTP
import HTTPTypes
import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DeSECProvider {
    struct Domain: Decodable, Sendable {
        var name: String
        /// The lowest TTL in seconds that a set of the domain may get.
        var minimum_ttl: UInt32
    }

    struct ResourceRecordSet: Decodable, Sendable {
        /// Relative to the domain, empty for its apex.
        var subname: String
        var type: String
        var ttl: UInt32
        var records: [String]

        /// The body of what creates or changes a set. What a change leaves out stays as it is.
        struct Change: Encodable {
            var subname: String?
            var type: String?
            var records: [String]?
            var ttl: UInt32?
        }
    }

    static let dialect: ProviderHTTP.Dialect = {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { Explanation($0)?.description }
        dialect.kind = { response in
            let text = Explanation(response)?.description ?? ""
            switch response.status.code {
            case 400 where text.contains("Another RRset with the same subdomain and type exists"):
                return .conflict
            case 429:
                let wait = response.retryAfter ?? waitingTime(in: text) ?? ProviderHTTP.defaultRetryAfter
                return .limited(retryAfter: min(wait, ProviderHTTP.longestRetryAfter))
            default: return nil
            }
        }
        return dialect
    }()

    /// From `Request was throttled. Expected available in 51 seconds.`
    private static func waitingTime(in text: String) -> Duration? {
        let words = text.split(separator: " ")
        guard let index = words.lastIndex(where: { $0.hasPrefix("second") }), index > 0 else { return nil }
        return Int64(words[index - 1]).flatMap { $0 < 0 ? nil : .seconds($0) }
    }

    /// What is wrong: a text, or texts under the names of fields, or a list of any of these.
    private enum Explanation: Decodable, CustomStringConvertible {
        case text(String)
        case list([Explanation])
        case fields([String: Explanation])

        init?(_ response: HTTPClientResponse) {
            guard let explanation = try? JSONDecoder().decode(Explanation.self, from: Data(response.body)) else {
                return nil
            }
            self = explanation
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let list = try? container.decode([Explanation].self) {
                self = .list(list)
            } else {
                self = .fields(try container.decode([String: Explanation].self))
            }
        }

        var description: String {
            switch self {
            case .text(let text): text
            case .list(let list): list.map(\.description).filter { !$0.isEmpty }.joined(separator: " ")
            case .fields(let fields):
                fields.sorted { $0.key < $1.key }
                    .map {
                        $0.key == "detail" || $0.key == "non_field_errors" ? "\($0.value)" : "\($0.key): \($0.value)"
                    }
                    .joined(separator: "; ")
            }
        }
    }
}

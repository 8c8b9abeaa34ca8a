import CurlHTTP
import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HetznerAPI {
    struct ZoneAnswer: Decodable, Sendable {
        var zone: Zone
    }

    struct Zone: Decodable, Sendable {
        var id: Int64
        var name: String
        /// The TTL of sets that have none of their own.
        var ttl: UInt32
        /// `primary` or `secondary`.
        var mode: String
    }

    struct SetsAnswer: Decodable, Sendable {
        struct Meta: Decodable, Sendable { var pagination: Pagination }
        struct Pagination: Decodable, Sendable { var total_entries: Int }
        var rrsets: [RecordSet]
        var meta: Meta
    }

    struct RecordSet: Decodable, Sendable {
        /// Relative to the zone, `@` for its apex.
        var name: String
        var type: String
        var ttl: UInt32?
        var records: [Record]

        /// The records that hold what is desired, with the comments of what they take the place of.
        func records(holding desired: DNSRecords.RecordSet) -> [Record] {
            let existing = records.compactMap { record in
                RecordValue(desired.type, presentation: record.value).map {
                    RecordChanges<String?>.Existing(id: record.comment, value: $0)
                }
            }
            let changes = RecordChanges(from: existing, to: desired, ttl: nil)
            let kept = existing.filter { desired.values.contains($0.value) }.map { ($0.value, $0.id) }
            let changed = changes.changed.compactMap { change in change.value.map { ($0, change.id) } }
            let added = changes.added.map { ($0, String?.none) }
            return (kept + changed + added).map { Record(value: $0.presentation, comment: $1) }
        }
    }

    struct Record: Codable, Sendable {
        var value: String
        var comment: String?
    }

    struct NewSet: Encodable, Sendable {
        var name: String
        var type: String
        var ttl: UInt32
        var records: [Record]
    }

    struct Records: Encodable, Sendable {
        var records: [Record]
    }

    struct NewTTL: Encodable, Sendable {
        var ttl: UInt32
    }

    struct ActionAnswer: Decodable, Sendable {
        var action: Action
    }

    struct Action: Decodable, Sendable {
        var id: Int64
        /// `running`, `success` or `error`.
        var status: String
        var error: Problem?
    }

    struct Problem: Decodable, Sendable, CustomStringConvertible {
        private struct Answer: Decodable { var error: Problem }

        var code: String
        var message: String

        init?(_ response: HTTPClientResponse) {
            guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else { return nil }
            self = answer.error
        }

        var description: String { "\(message) (\(code))" }

        /// What follows from the error, where its status code says something else.
        func kind(_ response: HTTPClientResponse) -> ProviderError.Kind? {
            switch code {
            case "uniqueness_error", "conflict": .conflict
            // Another action on the zone is under way, and nothing was done about this request.
            case "locked", "resource_unavailable", "maintenance": .temporary
            case "protected": .permanent
            case "unauthorized", "forbidden", "token_readonly": .refused
            case "rate_limit_exceeded":
                .limited(
                    retryAfter: min(
                        response.retryAfter ?? ProviderHTTP.defaultRetryAfter, ProviderHTTP.longestRetryAfter))
            default: nil
            }
        }
    }
}

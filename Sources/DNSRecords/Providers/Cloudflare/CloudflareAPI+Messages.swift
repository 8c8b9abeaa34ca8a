import CurlHTTP
import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension CloudflareAPI {
    struct Zone: Decodable, Sendable {
        var id: String
        var name: String
        var status: String?
    }

    struct Record: Decodable, Sendable {
        var id: String
        var type: String
        var name: String
        /// Absent for types that nobody asks for here.
        var content: String?
        var ttl: UInt32
        var proxied: Bool?

        var isProxiedAddress: Bool { proxied == true && (type == "A" || type == "AAAA") }

        /// The record as one of a set; `nil` if it is of another type.
        func existing(of type: RecordType) -> RecordChanges<String>.Existing? {
            guard self.type == type.rawValue, let content, let value = RecordValue(type, presentation: content)
            else { return nil }
            return .init(id: id, value: value, ttl: isProxiedAddress ? nil : ttl)
        }
    }

    /// What is to be done in one go. Cloudflare deletes first, then patches, then posts, in one transaction.
    ///
    /// There is something to delete only where records are left over, so that others stay or change.
    struct Batch: Encodable, Sendable {
        /// Only what changes; everything else about the record stays.
        struct Patch: Encodable, Sendable {
            var id: String?
            var content: String?
            var ttl: UInt32?
        }

        struct Post: Encodable, Sendable {
            var type: String
            var name: String
            var content: String
            var ttl: UInt32
            /// Left out where it is no: for text it must not be there.
            var proxied: Bool?
        }

        var deletes: [Identified]
        var patches: [Patch]
        var posts: [Post]

        init(_ changes: RecordChanges<String>, to desired: RecordSet, ttl: UInt32, isProxied: Bool) {
            patches = changes.changed.map { Patch(id: $0.id, content: $0.value?.presentation, ttl: $0.ttl) }
            posts = changes.added.map {
                Post(
                    type: desired.type.rawValue, name: desired.name.lowercased.description, content: $0.presentation,
                    ttl: ttl, proxied: isProxied ? true : nil)
            }
            deletes = changes.removed.map(Identified.init)
        }

        /// What was done.
        struct Done: Decodable, Sendable {
            var patches: [Identified]?
            var posts: [Identified]?
            var deletes: [Identified]?
        }
    }

    struct Identified: Codable, Sendable {
        var id: String
    }

    struct Nothing: Decodable, Sendable {}

    /// What every answer looks like.
    struct Answer<Result: Decodable & Sendable>: Decodable, Sendable {
        var success: Bool?
        var errors: [Problem]?
        var result: Result?
        var result_info: Info?

        struct Info: Decodable, Sendable {
            var count: Int
            var total_count: Int
        }

        static func problems(in response: HTTPClientResponse) -> [Problem]? {
            try? JSONDecoder().decode(Failure.self, from: Data(response.body)).errors
        }
    }

    private struct Failure: Decodable {
        var errors: [Problem]
    }

    /// One error.
    struct Problem: Decodable, Sendable, CustomStringConvertible {
        var code: Int
        var message: String

        var description: String { "\(message) (\(code))" }

        /// What follows from the error, where its status code says something else.
        func kind(_ response: HTTPClientResponse) -> ProviderError.Kind? {
            switch code {
            // Another record with the same content, and no record with that identifier: it was there, or not, when we looked.
            case 81044, 81057, 81058: .conflict
            // A header, a key or a token that is malformed, unknown or not allowed to do this, mostly with 400.
            case 6003, 6111, 9103, 9106, 9109, 10000, 10001: .refused
            case 971:
                .limited(
                    retryAfter: min(
                        response.retryAfter ?? ProviderHTTP.defaultRetryAfter, ProviderHTTP.longestRetryAfter))
            default: nil
            }
        }
    }
}

import CurlHTTP
import HTTPTypes

/// Reads answers of the API server, and of whatever proxy may stand in its place.
enum KubernetesAnswer {
    /// Longest message that is kept of an answer, in bytes. The server likes to quote whole objects.
    static let maximumMessageBytes = 512

    /// The object in a successful answer.
    static func object<Resource: KubernetesResource>(
        _ response: HTTPClientResponse, _ request: KubernetesRequest
    ) throws(KubernetesError) -> Resource {
        let json = try document(response, request)
        guard json["kind"]?.string == Resource.type.kind else {
            throw request.failure(.unexpectedAnswer, "\(kind(json)) instead of \(Resource.type.kind)")
        }
        return Resource(json: json)
    }

    /// The collection in a successful answer. Items come without type; they get it here.
    static func list<Resource: KubernetesResource>(
        _ response: HTTPClientResponse, _ request: KubernetesRequest
    ) throws(KubernetesError) -> KubernetesList<Resource> {
        let json = try document(response, request)
        guard json["kind"]?.string == "\(Resource.type.kind)List" else {
            throw request.failure(.unexpectedAnswer, "\(kind(json)) instead of \(Resource.type.kind)List")
        }
        guard let version = json[["metadata", "resourceVersion"]]?.string, !version.isEmpty else {
            throw request.failure(.unexpectedAnswer, "a list without metadata.resourceVersion")
        }
        let token = json[["metadata", "continue"]]?.string.flatMap { $0.isEmpty ? nil : $0 }
        // Go writes an empty slice that was never made as null.
        let items = json["items"]?.array ?? []
        return KubernetesList(
            items: items.map { item in
                var item = item
                item["apiVersion"] = .string(Resource.type.apiVersion)
                item["kind"] = .string(Resource.type.kind)
                return Resource(json: item)
            }, resourceVersion: version, continueToken: token)
    }

    /// Any successful answer's document.
    static func document(
        _ response: HTTPClientResponse, _ request: KubernetesRequest
    ) throws(KubernetesError) -> JSONValue {
        guard response.status.kind == .successful else {
            throw failure(
                status: response.status.code, headers: response.headers, body: response.body,
                retryAfter: response.retryAfter, request)
        }
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            let text = describe(body: response.body, headers: response.headers)
            throw request.failure(.unexpectedAnswer, "HTTP \(response.status.code), not JSON (\(error)): \(text)")
        }
    }

    /// What an answer other than a success means.
    static func failure(
        status: Int, headers: HTTPFields, body: [UInt8], retryAfter: Duration?, _ request: KubernetesRequest
    ) -> KubernetesError {
        let header = retryAfter ?? headers[.retryAfter].flatMap { Int64($0) }.map { .seconds(max(0, $0)) }
        if let json = try? JSONValue(parsing: body), json["kind"]?.string == "Status" {
            var error = failure(ofStatus: json, code: status, request)
            error.retryAfter = [header, error.retryAfter].compactMap { $0 }.max()
            return error
        }
        let text = describe(body: body, headers: headers)
        switch status {
        case 404:
            // The API server says of each absent object which one it misses. Somebody who knows no such page is
            // somebody else, and must not make us believe that an object is gone.
            return request.failure(.unexpectedAnswer, "HTTP 404 without a Status: \(text)", retryAfter: header)
        case 400...:
            return request.failure(.status(status, reason: ""), text, retryAfter: header)
        case 300..<400:
            return request.failure(.unexpectedAnswer, "HTTP \(status), a redirect, which is not followed")
        default:
            return request.failure(.unexpectedAnswer, "HTTP \(status): \(text)", retryAfter: header)
        }
    }

    /// What a Status object says.
    ///
    /// - Parameter code: the code of the answer that it came in; `nil` takes the object's own, as for an event of a watch.
    static func failure(ofStatus json: JSONValue, code: Int?, _ request: KubernetesRequest) -> KubernetesError {
        let code = code ?? json["code"]?.integer.flatMap(Int.init(exactly:)) ?? 500
        let seconds = json[["details", "retryAfterSeconds"]]?.integer
        return request.failure(
            .status(code, reason: bounded(json["reason"]?.string ?? "", bytes: 64)),
            bounded(json["message"]?.string ?? ""),
            retryAfter: seconds.flatMap { $0 > 0 ? .seconds($0) : nil })
    }

    /// One line about a body that is not what the API promises.
    private static func describe(body: [UInt8], headers: HTTPFields) -> String {
        let text = String(decoding: body.prefix(16 * 1024), as: UTF8.self)
        guard !body.isEmpty else { return "an empty body" }
        let type = headers[.contentType] ?? ""
        guard type.hasPrefix("text/html") || text.prefix(64).lowercased().contains("<html") else {
            return bounded(text)
        }
        guard let opening = text.range(ofASCII: "<title>"),
            let closing = text[opening.upperBound...].range(ofASCII: "</title>")
        else { return "an HTML page" }
        return "an HTML page, \(bounded(String(text[opening.upperBound..<closing.lowerBound]), bytes: 100))"
    }

    /// One line without control characters, of bounded length.
    static func bounded(_ text: String, bytes: Int = maximumMessageBytes) -> String {
        let cut = text.prefix(utf8Bytes: bytes)
        let words = cut.unicodeScalars.split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
        let line = words.map { String($0) }.joined(separator: " ")
        return text.utf8.count > bytes ? "\(line)…" : line
    }

    private static func kind(_ json: JSONValue) -> String {
        json["kind"]?.string.map { bounded($0, bytes: 64) } ?? "a document without kind"
    }
}

extension StringProtocol {
    /// The first place of an ASCII word, in upper or lower case.
    fileprivate func range(ofASCII word: String) -> Range<Index>? {
        let wanted = Array(word.lowercased().utf8)
        var start = utf8.startIndex
        while start < utf8.endIndex {
            let candidate = utf8[start...].prefix(wanted.count)
            if candidate.count == wanted.count, zip(candidate, wanted).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) {
                return start..<candidate.endIndex
            }
            start = utf8.index(after: start)
        }
        return nil
    }
}

extension KubernetesError {
    init(_ error: HTTPClientError, _ request: KubernetesRequest) {
        self.init(
            .transport(error.code), message: KubernetesAnswer.bounded(error.detail), request: request.label)
    }
}

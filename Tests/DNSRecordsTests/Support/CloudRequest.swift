import CurlHTTP
import Foundation
import HTTPTypes

/// A request taken apart, for fakes of services that are strict about what they are sent.
struct CloudRequest {
    let method: HTTPRequest.Method
    /// With the port, if there is one.
    let host: String
    /// Decoded.
    let path: [String]
    let query: [String: String]
    let headers: HTTPFields
    let body: [UInt8]?

    /// - Returns: `nil` for what no server would understand, such as the same query item twice.
    init?(_ request: HTTPClientRequest) {
        guard let parts = URLComponents(string: request.url), let host = parts.host, parts.fragment == nil,
            parts.user == nil
        else { return nil }
        var query: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard query.updateValue(item.value ?? "", forKey: item.name) == nil else { return nil }
        }
        method = request.method
        self.host = host + (parts.port.map { ":\($0)" } ?? "")
        path = parts.percentEncodedPath.split(separator: "/").map { $0.removingPercentEncoding ?? "" }
        self.query = query
        headers = request.headers
        body = request.body
    }

    /// The body as a JSON object, if its content type says so.
    var json: [String: Any]? {
        guard headers[.contentType] == "application/json", let body else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    }

    /// The body as a form, if its content type says so.
    var form: [String: String]? {
        guard headers[.contentType] == "application/x-www-form-urlencoded", let body else { return nil }
        var form: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            guard parts.count == 2, form.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
        }
        return form
    }
}

extension HTTPClientResponse {
    /// An answer with a JSON object.
    static func json(_ status: Int, _ object: [String: Any], headers: HTTPFields = [:]) -> HTTPClientResponse {
        let data = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return HTTPClientResponse(status: .init(code: status), headers: headers, body: Array(data))
    }
}

import CurlShims

/// `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
    /// What the server asked for, from now on.
    ///
    /// - Parameters:
    ///   - field: the header's value, `nil` where there was none.
    ///   - seconds: `CURLINFO_RETRY_AFTER`: libcurl has read either form; a date is already the difference to the
    ///     local clock. It says 0 both for "now" and for what it could not read.
    /// - Returns: zero or more, at most `Int32.max` seconds; `nil` where the header is missing or senseless.
    static func duration(field: String?, seconds: Int64) -> Duration? {
        guard let field else { return nil }
        if seconds > 0 { return .seconds(min(seconds, Int64(Int32.max))) }
        let isNumber = !field.isEmpty && field.utf8.allSatisfy { (0x30...0x39).contains($0) }
        // A date that has passed, or that is this very second.
        return isNumber || seconds < 0 || curl_shims_getdate(field) != -1 ? .zero : nil
    }
}

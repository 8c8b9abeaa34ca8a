extension Timestamp {
    /// Reads the form that HTTP's `Date` has, `Sun, 22 Nov 2026 19:12:35 GMT` (RFC 9110 section 5.6.7).
    ///
    /// `nil` for anything else, also for the two obsolete forms, which no server sends in a `Date` today. The day of the week
    /// is not looked at.
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].count == 4, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = Self.months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension SpreadDelay {
    /// Clusters of up to two to the power of this many nodes are kept apart.
    private static let doublings = 14.0

    /// Where in `window` this node starts on this change, if the first to start spares the others the work.
    ///
    /// With evenly spread moments, the number of nodes that start before the first has let the others know grows with their
    /// number. Here the later a moment the more nodes have it, by a factor of two for each fourteenth of the window, so that
    /// about the same few start within any time after the first, whether there are ten nodes or ten thousand; nobody has to
    /// know how many. (The feedback suppression of multicast protocols, as in RFC 5401 section 4, with the logarithm drawn
    /// as straight lines between powers of two.)
    static func rarelyEarly(node: String, change: String, within window: Duration) -> Duration {
        let part = part(node: node, change: change)
        guard part > 0 else { return .zero }
        let logarithm = Double(part.exponent) + part.significand - 1
        return window * max(0, 1 + logarithm / doublings)
    }

    /// 0..<1, evenly.
    static func part(node: String, change: String) -> Double {
        // Texts that differ in one digit have to come out far apart, in all bits.
        var value = hash("\(node)\u{0}\(change)")
        value = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
        value = (value ^ value >> 33) &* 0xc4ce_b9fe_1a85_ec53
        value ^= value >> 33
        return Double(value >> 11) / 9_007_199_254_740_992
    }
}

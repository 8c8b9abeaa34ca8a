extension Duration {
    /// Whole milliseconds, rounded up so that a wait never ends early, and within what libcurl and `poll` accept.
    ///
    /// - Returns: 1 to `Int32.max` for anything above zero, otherwise 0.
    var milliseconds: Int { units(ofAttoseconds: 1_000_000_000_000_000) }

    /// Whole seconds, rounded up; 1 to `Int32.max` for anything above zero, otherwise 0.
    var wholeSeconds: Int { units(ofAttoseconds: 1_000_000_000_000_000_000) }

    private func units(ofAttoseconds unit: Int64) -> Int {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let perSecond = 1_000_000_000_000_000_000 / unit
        guard seconds < Int64(Int32.max) / perSecond else { return Int(Int32.max) }
        return Int(seconds * perSecond + (attoseconds + unit - 1) / unit)
    }
}

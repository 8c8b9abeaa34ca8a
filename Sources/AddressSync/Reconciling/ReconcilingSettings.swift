/// Times that rule how a record is kept in step.
public struct ReconcilingSettings: Hashable, Sendable {
    /// Between two looks at a record that is in step; each is moved by up to a tenth either way.
    public var checkInterval: Duration = .seconds(300)
    /// Nodes start within this time of a change, each at a moment given by a hash, so that one of them is first.
    public var spread: Duration = .milliseconds(500)
    /// The same where nodes cannot agree through the API server, and have only the record itself to see each other by.
    public var unclaimedSpread: Duration = .seconds(10)
    /// How long a claim holds; a write that takes longer is abandoned. Whole seconds.
    public var claimHold: Duration = .seconds(30)
    /// How often a node looks at the claim of another that is at work.
    public var claimLook: Duration = .seconds(2)
    /// How long a written record may take to show on all name servers before a difference counts as somebody's change.
    public var propagation: Duration = .seconds(60)
    /// When a write is looked at for the first time.
    public var verifyDelay: Duration = .seconds(5)
    /// Wait after a first failure; doubles up to `longestWait`.
    public var firstWait: Duration = .seconds(5)
    public var longestWait: Duration = .seconds(300)
    /// Wait after the provider refused the credentials, unless they are replaced.
    public var refusedWait: Duration = .seconds(300)
    /// Between two looks at the files of credentials that were refused.
    public var secretLook: Duration = .seconds(5)
    /// Wait after a write without a claim was undone by somebody: two sites must never fight over a record.
    public var revertedWait: Duration = .seconds(3600)

    /// How long a report of another node is believed where the name servers cannot tell what the record holds, before the
    /// provider is asked; and between two such questions of the whole cluster.
    public var blindInterval: Duration = .seconds(3600)

    /// How long a record has to fail before that is called lasting. Whole seconds.
    public var lasting: Duration = .seconds(600)

    public init() {}
}

/// Moments that differ from node to node and are the same every time.
enum SpreadDelay {
    /// Where in `window` this node starts on this change.
    static func delay(node: String, change: String, within window: Duration) -> Duration {
        window * (Double(hash("\(node)\u{0}\(change)") % 4096) / 4096)
    }

    /// 64-bit FNV-1a; its low bits mix poorly over short texts and are folded.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return hash ^ (hash >> 32)
    }
}

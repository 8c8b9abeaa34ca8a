/// One thing that reads bytes from strangers, and what has to hold whatever the bytes are.
///
/// A new target is a file beside this one, a line in ``all``, and a folder `Fuzz/Corpus/NAME` with a few inputs to begin
/// with. A trap is a finding by itself; ``expect(_:_:)`` makes one of anything else.
struct FuzzTarget: Sendable {
    /// Lower case with hyphens; also the corpus' folder.
    let name: String
    /// Tries one input.
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.run = run
    }

    static let all: [FuzzTarget] = [
        json, watchEvents, responseHead, retryAfter, apiAnswer, pem, microTime,
        stun, dnsMessage, dnsAddress, addressBody, hostList, addressSource,
        tsig, recordAnswer, resolvConf, punycode, domainName, quotedText,
    ]
}

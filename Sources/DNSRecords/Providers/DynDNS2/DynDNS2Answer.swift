import NetworkPrimitives

/// What a service says to an update: https://help.dyn.com/remote-access-api/return-codes/
struct DynDNS2Answer: Hashable {
    /// What follows from the answer.
    enum Meaning: Hashable {
        case accepted(wasChange: Bool)
        /// Nothing may be sent before the user has done something about the account, or about the one host.
        case stop(kind: ProviderError.Kind, advice: String)
        /// The service has trouble of its own.
        case wait
        case unknown
    }

    /// How long a service that has trouble wants to be left alone at least.
    static let trouble = Duration.seconds(1800)

    /// The first word.
    let word: String
    /// The addresses behind it.
    let addresses: [IPAddress]

    /// - Parameter body: one line, since one host is asked for: `good 198.51.100.7`.
    init(_ body: [UInt8]) {
        let line = String(decoding: body.prefix(1024), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "," }
        word = words.first.map { $0.lowercased() } ?? ""
        addresses = words.dropFirst().compactMap { IPAddress(String($0)) }
    }

    var meaning: Meaning {
        switch word {
        case "good": .accepted(wasChange: true)
        case "nochg": .accepted(wasChange: false)
        case "badauth": stop(.refused, "check the user name and the password")
        case "!donator": stop(.refused, "the account has not paid for what was asked")
        case "badagent": stop(.permanent, "the service does not accept this program; set a contact")
        case "badsys": stop(.permanent, "the service does not know this kind of update")
        case "abuse": stop(.permanent, "the service has blocked the host for abuse; have it unblocked there")
        case "nohost": stop(.permanent, "the account has no such host; create it at the service")
        case "!yours": stop(.permanent, "the host belongs to another account")
        case "notfqdn", "nofqdn": stop(.permanent, "the service does not take this for a fully qualified name")
        case "numhost": stop(.permanent, "the service finds too many hosts by this name")
        case "!active": stop(.permanent, "the domain is not active at the service yet")
        case "911", "dnserr": .wait
        default: .unknown
        }
    }

    private func stop(_ kind: ProviderError.Kind, _ advice: String) -> Meaning { .stop(kind: kind, advice: advice) }
}

import NetworkPrimitives

/// A hosted zone, as the API lists it.
struct Route53HostedZone: Hashable, Sendable {
    /// Without `/hostedzone/` before it.
    var id: String
    var name: RecordName
    /// Answers only inside some VPCs; there may be a public one of the same name.
    var isPrivate: Bool

    /// - Returns: `nil` where something is missing.
    init?(_ element: XML.Element) {
        guard let id = element.text(of: "Id").map({ $0.split(separator: "/").last.map(String.init) ?? "" }),
            Self.isID(id), let name = element.text(of: "Name").flatMap(Route53Text.parseName)
        else { return nil }
        self.id = id
        self.name = name
        isPrivate = element["Config"]?.text(of: "PrivateZone") == "true"
    }

    /// 1 to 32 letters and digits.
    static func isID(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}

/// A record set, as the API lists it.
struct Route53RecordSet: Hashable, Sendable {
    /// Why a record set is not one that is simply replaced.
    enum Peculiarity: Hashable, Sendable {
        /// An alias of something of AWS's.
        case alias(of: String)
        /// One of several sets of one name and type: weighted, by latency, by place and so on.
        case routing(String)
        /// Made by a traffic policy, or shown only while a health check succeeds.
        case managed(String)

        var description: String {
            switch self {
            case .alias(let target): "is a Route 53 alias of \(target)"
            case .routing(let what): "has a routing policy (\(what))"
            case .managed(let what): "depends on a \(what)"
            }
        }
    }

    var name: RecordName
    var type: String
    var ttl: UInt32?
    /// As Route 53 has them, since that is how it wants to be told of them.
    var values: [String]
    var peculiarity: Peculiarity?

    /// - Returns: `nil` where the name is none.
    init?(_ element: XML.Element) {
        guard let name = element.text(of: "Name").flatMap(Route53Text.parseName), let type = element.text(of: "Type")
        else {
            return nil
        }
        self.name = name
        self.type = type
        ttl = element.text(of: "TTL").flatMap { UInt32($0) }
        values = (element.list("ResourceRecords", of: "ResourceRecord") ?? []).compactMap { $0.text(of: "Value") }
        if let identifier = element.text(of: "SetIdentifier") {
            peculiarity = .routing("set identifier \"\(identifier.prefix(60))\"")
        } else if let target = element["AliasTarget"] {
            peculiarity = .alias(of: String((target.text(of: "DNSName") ?? "").prefix(255)))
        } else if element["TrafficPolicyInstanceId"] != nil {
            peculiarity = .managed("traffic policy")
        } else if element["HealthCheckId"] != nil {
            peculiarity = .managed("health check")
        }
    }
}

/// What is asked of `ChangeResourceRecordSets`. All changes of one request are made together or not at all.
struct Route53Change: Hashable, Sendable {
    enum Action: String, Sendable {
        /// Only if there is exactly this set.
        case delete = "DELETE"
        /// Only if there is no set.
        case create = "CREATE"
    }

    static let namespace = "https://route53.amazonaws.com/doc/2013-04-01/"

    var action: Action
    var name: RecordName
    var type: RecordType
    var ttl: UInt32
    var values: [String]

    private var element: XML.Element {
        let records = values.map { XML.Element("ResourceRecord", children: [XML.Element("Value", text: $0)]) }
        let set = XML.Element(
            "ResourceRecordSet",
            children: [
                XML.Element("Name", text: Route53Text.name(name)), XML.Element("Type", text: type.rawValue),
                XML.Element("TTL", text: "\(ttl)"), XML.Element("ResourceRecords", children: records),
            ])
        return XML.Element("Change", children: [XML.Element("Action", text: action.rawValue), set])
    }

    /// The body of the request.
    static func document(_ changes: [Route53Change]) -> [UInt8] {
        let batch = XML.Element("ChangeBatch", children: [XML.Element("Changes", children: changes.map(\.element))])
        return XML.Element("ChangeResourceRecordSetsRequest", children: [batch]).document(namespace: namespace)
    }
}

public import WANDetection

/// Where the address that is published comes from.
public enum AddressOrigin: Hashable, Sendable {
    /// The line's own address, as operators outside see it, by quorum.
    case detect
    /// Something on the machine that publishes.
    case local(LocalSource)
    /// A load balancer in front of the cluster, whatever address the cluster's own traffic leaves by.
    case service(ServiceReference)

    /// Why a text is none.
    struct ParseError: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads `detect`, what ``WANDetection/LocalSource`` takes, or `service/NAMESPACE/NAME`.
    init(parsing text: String) throws(ParseError) {
        if text == "detect" {
            self = .detect
        } else if text == "service" || text.hasPrefix("service/") {
            self = .service(try ServiceReference(parsing: text))
        } else {
            do {
                self = .local(try LocalSource(parsing: text))
            } catch {
                throw ParseError(description: error.description)
            }
        }
    }
}

/// A Service by its name.
public struct ServiceReference: Hashable, Sendable, CustomStringConvertible {
    public var namespace: String
    public var name: String

    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    init(parsing text: String) throws(AddressOrigin.ParseError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.dropFirst().allSatisfy(SettingsReader.isObjectName) else {
            throw AddressOrigin.ParseError(description: "a Service is written service/NAMESPACE/NAME")
        }
        self.init(namespace: parts[1], name: parts[2])
    }

    public var description: String { "service/\(namespace)/\(name)" }
}

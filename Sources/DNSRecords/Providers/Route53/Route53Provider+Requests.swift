import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization

extension Route53Provider {
    /// Answers with more pages than this are given up: something goes round in circles.
    private static let mostPages = 50

    // MARK: Hosted zones

    /// The hosted zone that holds a name.
    func hostedZone(for name: RecordName) async throws(ProviderError) -> Route53HostedZone {
        if let zoneID { return try await hostedZone(id: zoneID, for: name) }
        // Zones are listed in the order of their reversed labels, so that all below one name follow upon each other.
        guard let start = configuredZone ?? name.selfAndAncestors.last(where: { $0.labels.count == 2 }) else {
            throw ProviderError(
                .permanent, "Route 53 has no zone for \(name), which is a top-level domain", cause: .zone)
        }
        // One list answers for all suffixes; where there is none, asking again for the next suffix would not help.
        var answer: Result<[Route53HostedZone], ProviderError>?
        do throws(ProviderError) {
            return try await zones.find(name) { candidate throws(ProviderError) in
                if answer == nil {
                    do throws(ProviderError) {
                        answer = .success(try await hostedZones(within: start))
                    } catch {
                        answer = .failure(error)
                    }
                }
                let matching = try (answer?.get() ?? []).filter { $0.name == candidate && !$0.isPrivate }
                guard matching.count <= 1 else {
                    throw ProviderError(
                        .permanent,
                        "Route 53 has several hosted zones called \(candidate) (\(Self.list(matching))); set "
                            + "\(zoneIDSetting) to the one that is delegated to", cause: .zone)
                }
                return matching.first
            }.zone
        } catch {
            let hidden = ((try? answer?.get()) ?? []).filter { $0.isPrivate && name.isWithin($0.name) }
            guard error.kind == .permanent, !hidden.isEmpty else { throw error }
            throw ProviderError(
                error.kind,
                "\(error.message); private hosted zones (\(Self.list(hidden))) are used only if \(zoneIDSetting) names one",
                cause: error.cause)
        }
    }

    private static func list(_ zones: [Route53HostedZone]) -> String {
        zones.prefix(5).map(\.id).joined(separator: ", ")
    }

    private func hostedZone(id: String, for name: RecordName) async throws(ProviderError) -> Route53HostedZone {
        let zone: Route53HostedZone
        if let known = named.withLock({ $0 }) {
            zone = known
        } else {
            let answer = try await send(.get, "/hostedzone/\(id)", for: name, expecting: "GetHostedZoneResponse")
            guard let found = answer["HostedZone"].flatMap(Route53HostedZone.init), found.id == id else {
                throw unexpected("the question for hosted zone \(id)")
            }
            named.withLock { $0 = found }
            zone = found
        }
        guard configuredZone == nil || configuredZone == zone.name else {
            throw ProviderError(
                .permanent, "\(zoneIDSetting)=\(id) is the hosted zone of \(zone.name), and not of the configured zone",
                cause: .zone)
        }
        guard name.isWithin(zone.name) else {
            throw ProviderError(
                .permanent, "\(name) is not within \(zone.name), the zone that \(zoneIDSetting) names", cause: .zone)
        }
        return zone
    }

    private func hostedZones(within suffix: RecordName) async throws(ProviderError) -> [Route53HostedZone] {
        var zones: [Route53HostedZone] = []
        var query = [("dnsname", Route53Text.name(suffix)), ("maxitems", "100")]
        for _ in 0..<Self.mostPages {
            let answer = try await send(
                .get, "/hostedzonesbyname", query: query, for: suffix, expecting: "ListHostedZonesByNameResponse")
            guard let elements = answer.list("HostedZones", of: "HostedZone") else {
                throw unexpected("the question for hosted zones")
            }
            for element in elements {
                guard let zone = Route53HostedZone(element) else { throw unexpected("the question for hosted zones") }
                guard zone.name.isWithin(suffix) else { return zones }
                zones.append(zone)
            }
            guard answer.text(of: "IsTruncated") == "true" else { return zones }
            guard let name = answer.text(of: "NextDNSName"), let id = answer.text(of: "NextHostedZoneId") else {
                throw unexpected("the question for hosted zones")
            }
            guard Route53Text.parseName(name)?.isWithin(suffix) == true else { return zones }
            query = [("dnsname", name), ("hostedzoneid", id), ("maxitems", "100")]
        }
        throw ProviderError(
            .permanent, "Route 53 lists hosted zones below \(suffix) without an end; set \(zoneIDSetting)", cause: .zone
        )
    }

    // MARK: Record sets

    /// All record sets of one name, of whatever type.
    func recordSets(
        of name: RecordName, in zone: Route53HostedZone
    ) async throws(ProviderError) -> [Route53RecordSet] {
        var sets: [Route53RecordSet] = []
        var query = [("maxitems", "20"), ("name", Route53Text.name(name))]
        for _ in 0..<Self.mostPages {
            let answer = try await send(
                .get, "/hostedzone/\(zone.id)/rrset", query: query, for: name,
                expecting: "ListResourceRecordSetsResponse")
            guard let elements = answer.list("ResourceRecordSets", of: "ResourceRecordSet") else {
                throw unexpected("the question for \(name)")
            }
            for element in elements {
                // The list goes on with other names.
                guard let set = Route53RecordSet(element), set.name == name else { return sets }
                sets.append(set)
            }
            guard answer.text(of: "IsTruncated") == "true" else { return sets }
            guard let next = answer.text(of: "NextRecordName") else { throw unexpected("the question for \(name)") }
            guard Route53Text.parseName(next) == name else { return sets }
            query = [("maxitems", "20"), ("name", next)]
            if let type = answer.text(of: "NextRecordType") { query.append(("type", type)) }
            if let identifier = answer.text(of: "NextRecordIdentifier") { query.append(("identifier", identifier)) }
        }
        throw ProviderError(.permanent, "Route 53 lists record sets of \(name) without an end")
    }

    // MARK: One request

    /// Sends one request with a signature.
    ///
    /// - Parameters:
    ///   - path: after the version of the API.
    ///   - name: what the request is about, for messages and in case that its zone is gone.
    ///   - root: the element that a proper answer has.
    func send(
        _ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [], body: [UInt8]? = nil,
        for name: RecordName, expecting root: String
    ) async throws(ProviderError) -> XML.Element {
        let isWrite = method != .get
        let credentials = try await credentials.current()
        let unsigned = AWSSignature.Request(
            method: method, baseURL: baseURL, path: "/2013-04-01\(path)", query: query,
            headers: body == nil ? [] : [("Content-Type", "text/xml")], body: body)
        let request = signature.signed(unsigned, by: credentials, at: clock.secondsSinceEpoch)
        let response: HTTPClientResponse
        do {
            response = try await http.send(request, accepting: [404], isWrite: isWrite, secrets: credentials.secrets)
        } catch {
            if case .limited(let wait) = error.kind {
                // Room for one request is no help: whoever tries again reads first, and would never get to write.
                throw ProviderError(.limited(retryAfter: max(wait, .seconds(1))), error.message)
            }
            guard error.kind == .refused else { throw error }
            self.credentials.refused(credentials)
            let isLate = ["Signature expired", "Signature not yet current", "RequestExpired"].contains {
                error.message.firstRange(of: $0) != nil
            }
            throw ProviderError(
                .refused,
                "\(error.message) (credentials: \(credentials.origin))"
                    + (isLate ? "; but first of all, this machine's clock is wrong" : ""))
        }
        guard response.status.code != 404 else {
            zones.forget(name)
            named.withLock { $0 = nil }
            throw ProviderError(
                .permanent,
                "Route 53 knows no such hosted zone (\(AWSErrorAnswer(response)?.code ?? "404")) for \(name); check "
                    + "\(zoneIDSetting) and the account of the credentials (\(credentials.origin))", cause: .zone)
        }
        guard let answer = try? XML.parse(response.body), answer.name == root else {
            // A write that something in between answered may have got through all the same.
            throw isWrite
                ? ProviderError(.uncertain, "Route 53 answered something unexpected to a change of \(name)")
                : unexpected("a question about \(name)")
        }
        return answer
    }

    private func unexpected(_ what: String) -> ProviderError {
        ProviderError(.temporary, "Route 53 answered something unexpected to \(what)")
    }
}

import NIOCore
import NetworkPrimitives

@testable import WANDetection

extension FuzzTarget {
    /// Whatever is accepted as a DNS message is written in a form that reads back as the same.
    static let dnsMessage = FuzzTarget("dns-message") { bytes in
        guard let message = try? DNSMessage(decoding: bytes), let written = try? message.encoded() else { return }
        guard let again = try? DNSMessage(decoding: written) else {
            return expect(false, "what is written can be read")
        }
        expect(again == message, "what is read back is the same")
    }

    /// An answer to a DNS question for our address.
    static let dnsAddress = FuzzTarget("dns-address") { bytes in
        guard let name = try? DomainName(parsing: "whoami.cloudflare") else { return }
        let question = DNSAddressQuestion(
            DNSQuestion(name: name, type: .txt, recordClass: .chaos), id: 0x1234, family: .ipv4)
        if case .success(let address) = question.answer(inDatagram: ByteBuffer(bytes: bytes)) {
            expect(address.family == .ipv4, "an address is of the family that was asked for")
        }
    }

    /// The body of a web service's answer.
    static let addressBody = FuzzTarget("address-body") { bytes in
        for family in IPAddress.Family.allCases {
            for format in [AddressBody.Format.plain, .trace(host: "api.cloudflare.com")] {
                do throws(SourceError) {
                    let address = try AddressBody(format: format).address(in: bytes, family: family)
                    expect(address.family == family, "an address is of the family that was asked for")
                } catch {
                    expect(error.detail.count <= 301, "an error is short")
                    expect(!error.detail.contains { $0.isNewline }, "an error is one line")
                }
            }
        }
    }

    /// A list of STUN servers: whatever is taken from it is written in a form that a list can hold.
    static let hostList = FuzzTarget("host-list") { bytes in
        let list = HostList(parsing: String(decoding: bytes, as: UTF8.self))
        expect(list.sources.count <= HostList.maximumHosts, "a list is bounded")
        expect((list.problem?.count ?? 0) < 2000, "a problem is short")
        let written = list.sources.map(\.description)
        let again = HostList(parsing: written.joined(separator: "\n"))
        // Servers that differed by their operators alone have become one.
        expect(Set(again.sources.map(\.description)) == Set(written), "what is written can be read")
    }

    /// A source as settings name it.
    static let addressSource = FuzzTarget("address-source") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let source = try? AddressSource(parsingSTUN: text) {
            expect(
                (try? AddressSource(parsingSTUN: "\(source)"))?.description == source.description, "STUN is read back")
        }
        if let source = try? AddressSource(parsingDNS: text), source.transport == .dnsUDP {
            expect((try? AddressSource(parsingDNS: "\(source)"))?.description == source.description, "DNS is read back")
        }
        _ = try? AddressSource(parsingHTTP: text, allowNonGlobal: true)
        _ = try? EgressPolicy(parsing: text)
    }
}

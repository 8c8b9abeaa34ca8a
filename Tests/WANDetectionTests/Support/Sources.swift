import NetworkPrimitives
import Testing

@testable import WANDetection

/// A STUN server of `name`; `server` tells several of one operator apart.
func stunSource(_ name: String, _ server: Int = 0) throws -> AddressSource {
    try AddressSource(parsingSTUN: "\(name)=stun\(server).\(name).example:3478")
}

/// A web source of `name` over HTTPS.
func webSource(_ name: String) throws -> AddressSource {
    try AddressSource(parsingHTTP: "\(name)=https://ip.\(name).example/")
}

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// A global address, different for each `number`.
func globalAddress(_ number: UInt8) -> IPAddress { .v4(IPv4Address(93, 184, 216, number)) }

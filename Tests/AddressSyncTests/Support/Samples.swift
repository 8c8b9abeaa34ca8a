import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

@testable import AddressSync

/// Addresses that are reserved for documentation; each letter stands for a WAN address in the tests' stories.
let addressA = AddressSet(.v4(IPv4Address(203, 0, 113, 1)))
let addressB = AddressSet(.v4(IPv4Address(203, 0, 113, 2)))
let addressC = AddressSet(.v4(IPv4Address(203, 0, 113, 3)))

/// 2026-07-01T00:00:00Z and so many seconds.
func wallTime(_ seconds: Int64 = 0) -> Timestamp { Timestamp(secondsSinceEpoch: 1_782_864_000 + seconds) }

func generation(_ epoch: UInt64, _ heartbeat: UInt64, own: Bool = false) -> Generation {
    Generation(epoch: Epoch(rawValue: epoch), heartbeat: heartbeat, isOwnDetection: own)
}

func stun(_ name: String) throws -> AddressSource {
    try AddressSource(parsingSTUN: "\(name)=stun.\(name).example:3478")
}

func observation(_ source: AddressSource, _ address: AddressSet) -> Observation {
    Observation(source: source, result: .success(address.first), duration: .milliseconds(10))
}

func failure(_ source: AddressSource) -> Observation {
    Observation(source: source, result: .failure(SourceError(.timedOut, "no answer in time")), duration: .seconds(2))
}

extension Verdict {
    static func confirmed(_ address: AddressSet, votes: [Observation] = []) -> Verdict {
        Verdict(condition: .confirmed(address.first), address: address.first, votes: votes)
    }

    static func unconfirmed(_ detail: String = "no answer") -> Verdict {
        Verdict(condition: .unconfirmed(.noAnswer(detail)), address: nil)
    }

    static func awaitingSecondRound(_ address: AddressSet) -> Verdict {
        Verdict(
            condition: .unconfirmed(.awaitingSecondRound(address.first)), address: nil, candidate: address.first)
    }

    /// - Parameter chosen: the one that may be published; `nil`: none.
    static func egresses(_ addresses: [AddressSet], chosen: AddressSet?, candidate: AddressSet? = nil) -> Verdict {
        Verdict(
            condition: .multipleEgress(addresses.map(\.first)), address: chosen?.first,
            candidate: candidate?.first)
    }
}

extension AddressSet {
    /// The address of a set with one IPv4 address.
    var v4: IPv4Address {
        guard addresses.count == 1, case .v4(let address) = first else { return IPv4Address(0, 0, 0, 0) }
        return address
    }
}

extension AddressDetecting {
    /// As for a site with one address.
    func detect(published: IPAddress?) async -> Verdict { await detect(published: Set([published].compactMap { $0 })) }
}

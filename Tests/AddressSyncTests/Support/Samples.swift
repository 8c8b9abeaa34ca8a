import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

@testable import AddressSync

/// Addresses that are reserved for documentation; each letter stands for a WAN address in the tests' stories.
let addressA = IPv4Address(203, 0, 113, 1)
let addressB = IPv4Address(203, 0, 113, 2)
let addressC = IPv4Address(203, 0, 113, 3)

/// 2026-07-01T00:00:00Z and so many seconds.
func wallTime(_ seconds: Int64 = 0) -> Timestamp { Timestamp(secondsSinceEpoch: 1_782_864_000 + seconds) }

func generation(_ epoch: UInt64, _ heartbeat: UInt64, own: Bool = false) -> Generation {
    Generation(epoch: Epoch(rawValue: epoch), heartbeat: heartbeat, isOwnDetection: own)
}

func stun(_ name: String) throws -> AddressSource {
    try AddressSource(parsingSTUN: "\(name)=stun.\(name).example:3478")
}

func observation(_ source: AddressSource, _ address: IPv4Address) -> Observation {
    Observation(source: source, result: .success(.v4(address)), duration: .milliseconds(10))
}

func failure(_ source: AddressSource) -> Observation {
    Observation(source: source, result: .failure(SourceError(.timedOut, "no answer in time")), duration: .seconds(2))
}

extension Verdict {
    static func confirmed(_ address: IPv4Address, votes: [Observation] = []) -> Verdict {
        Verdict(condition: .confirmed(.v4(address)), address: .v4(address), votes: votes)
    }

    static func unconfirmed(_ detail: String = "no answer") -> Verdict {
        Verdict(condition: .unconfirmed(.noAnswer(detail)), address: nil)
    }

    static func awaitingSecondRound(_ address: IPv4Address) -> Verdict {
        Verdict(
            condition: .unconfirmed(.awaitingSecondRound(.v4(address))), address: nil, candidate: .v4(address))
    }

    /// - Parameter chosen: the one that may be published; `nil`: none.
    static func egresses(_ addresses: [IPv4Address], chosen: IPv4Address?, candidate: IPv4Address? = nil) -> Verdict {
        Verdict(
            condition: .multipleEgress(addresses.map(IPAddress.v4)), address: chosen.map(IPAddress.v4),
            candidate: candidate.map(IPAddress.v4))
    }
}

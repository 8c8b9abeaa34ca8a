import OperatorCore

/// What events of this program are called, besides those of the election. `docs/events.md` explains each.
enum EventReason: String, CaseIterable, Sendable {
    case addressChanged = "AddressChanged"
    case addressUnconfirmed = "AddressUnconfirmed"
    case addressConfirmed = "AddressConfirmed"
    case egressDiffers = "EgressDiffers"
    case recordWritten = "RecordWritten"
    case recordFailed = "RecordFailed"
    case recordReverted = "RecordReverted"
    case recordRecovered = "RecordRecovered"
    case credentialsRefused = "CredentialsRefused"
    case zoneNotFound = "ZoneNotFound"
    case recordNotOwned = "RecordNotOwned"

    var severity: Event.Severity {
        switch self {
        case .addressChanged, .addressConfirmed, .recordWritten, .recordRecovered: .normal
        case .addressUnconfirmed, .egressDiffers, .recordFailed, .recordReverted, .credentialsRefused, .zoneNotFound,
            .recordNotOwned:
            .warning
        }
    }
}

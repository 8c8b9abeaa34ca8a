import NetworkPrimitives

/// Whether the line has been steady lately. On one that has not, an answer may be true for a moment only, so one operator
/// more has to confirm it.
///
/// A value without I/O; times count from any fixed point.
struct LineStability: Sendable {
    private static let window = Duration.seconds(900)
    /// Changes and rounds without a verdict within the window that make a line unsteady.
    private static let limit = 3

    private var incidents: [Duration] = []
    private var confirmed: IPAddress?
    /// A round that asked for one operator more came to nothing: the next one asks for the usual number.
    private var isGivingIn = false

    func isUnsteady(at time: Duration) -> Bool {
        incidents.filter { time - $0 < Self.window }.count >= Self.limit
    }

    /// How many operators have to agree in a round that begins now.
    ///
    /// - Parameter operators: how many can be asked; more than that are never demanded.
    func quorum(_ usual: Int, operators: Int, at time: Duration) -> Int {
        // Whoever believes a single source has said so.
        guard usual > 1, isUnsteady(at: time), !isGivingIn else { return usual }
        return max(usual, min(usual + 1, operators))
    }

    mutating func roundEnded(_ verdict: Verdict, quorum: Int, usual: Int, at time: Duration) {
        incidents.removeAll { time - $0 >= Self.window }
        switch verdict.condition {
        case .unconfirmed(.cancelled), .unconfirmed(.awaitingSecondRound): return
        case .unconfirmed:
            incidents.append(time)
            isGivingIn = quorum > usual
        case .confirmed, .multipleEgress:
            isGivingIn = false
            guard let address = verdict.address else { return }
            // The first one is no change.
            if let confirmed, confirmed != address { incidents.append(time) }
            confirmed = address
        }
    }
}

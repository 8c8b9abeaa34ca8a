import Testing

@testable import OperatorCore

@Suite struct ElectionSettingsTests {
    private func settings(
        _ lease: Duration = .seconds(15), _ renew: Duration = .seconds(10), _ retry: Duration = .seconds(2)
    ) throws(InvalidElectionSettings) -> ElectionSettings {
        try ElectionSettings(
            leaseName: "l", namespace: "n", identity: "me", leaseDuration: lease, renewDeadline: renew,
            retryPeriod: retry)
    }

    private func problems(
        _ lease: Duration = .seconds(15), _ renew: Duration = .seconds(10), _ retry: Duration = .seconds(2)
    ) -> [String] {
        do throws(InvalidElectionSettings) {
            _ = try settings(lease, renew, retry)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func theDefaultsAreThoseOfTheKubernetesComponents() throws {
        let settings = try ElectionSettings(leaseName: "l", namespace: "n", identity: "me")
        #expect(settings.leaseDuration == .seconds(15))
        #expect(settings.renewDeadline == .seconds(10))
        #expect(settings.retryPeriod == .seconds(2))
        #expect(settings.requestTimeout == .seconds(5))
        // After the term, before a successor's.
        #expect(settings.watchdogDelay == .milliseconds(2500))
    }

    @Test func everythingThatIsMissingIsNamed() {
        let error = #expect(throws: InvalidElectionSettings.self) {
            try ElectionSettings(
                leaseName: "", namespace: "", identity: "", leaseDuration: .zero, renewDeadline: .seconds(-1),
                retryPeriod: .zero)
        }
        let text = error?.description ?? ""
        for word in [
            "name of the Lease", "namespace", "identity", "lease duration", "renew deadline", "retry period",
        ] {
            #expect(text.contains(word), "\(word) in \(text)")
        }
        #expect(error?.problems.count == 6)
    }

    @Test func aLeaseIsStoredInWholeSeconds() {
        #expect(problems(.milliseconds(15500)).count == 1)
        #expect(problems(.milliseconds(15500)).first?.contains("15.5 seconds") == true)
        #expect(problems(.milliseconds(500), .milliseconds(100), .milliseconds(10)).count == 1)
        // The field has 32 bits.
        #expect(problems(.seconds(Int64(Int32.max) + 1)).count == 1)
        #expect(problems(.seconds(Int64(Int32.max))).isEmpty)
        #expect(problems(.seconds(Int64.max), .seconds(Int64.max), .seconds(Int64.max)).count == 3)
    }

    @Test func aTermHasToLeaveTimeForARetry() {
        #expect(problems(.seconds(15), .milliseconds(2400), .seconds(2)).count == 1)
        #expect(problems(.seconds(15), .milliseconds(2401), .seconds(2)).isEmpty)
    }

    /// `client-go` only demands that the lease be longer than the term.
    @Test func termsMustNotBeAbleToOverlap() {
        #expect(problems(.seconds(15), .seconds(14), .seconds(2)).count == 1)
        #expect(problems(.seconds(15), .milliseconds(12500), .seconds(2)).count == 1)
        #expect(problems(.seconds(15), .milliseconds(12499), .seconds(2)).isEmpty)
        #expect(problems(.seconds(15), .seconds(14), .seconds(2)).first?.contains("16.5 seconds") == true)
    }

    @Test func requestsAreBoundedByHalfATermButNotBelowASecond() throws {
        #expect(try settings(.seconds(2), .seconds(1), .milliseconds(200)).requestTimeout == .seconds(1))
        #expect(try settings(.seconds(60), .seconds(40), .seconds(5)).requestTimeout == .seconds(20))
    }
}

import CurlHTTP
import TestSupport

@testable import OperatorCore

/// What goes wrong.
extension ElectionSimulation {
    /// Draws one disturbance, or none.
    func disturb() throws {
        let (place, candidate) = pick()
        let name = candidate.name
        switch draw(0...99) {
        case 0..<10:
            candidate.link.isCut.toggle()
            note("\(name) is \(candidate.link.isCut ? "cut off" : "connected again")")
        case 10..<18:
            note("\(name) has a bad network")
            candidate.link.setFate { [self] _ in badFate() }
        case 18..<28:
            note("\(name) has a good network")
            candidate.link.isCut = false
            candidate.link.setFate { [self] _ in goodFate() }
        case 28..<36: pause(candidate, for: timing.lease * Double(draw(20...2500)) / 1000)
        case 36..<42:
            let jump = Duration.seconds(draw(0...1) == 0 ? -3600 : 3600)
            note("the wall clock of \(name) jumps by \(jump)")
            candidate.moveWallClock(by: jump)
        case 42..<46: restartServer(after: .milliseconds(draw(100...6000)))
        case 46..<50: overloadServer(for: .milliseconds(draw(500...5000)))
        case 50..<52: api.endWatches()
        case 52..<55: api.muteWatches()
        case 55..<58: if deletesLeases { deleteLease() }
        case 58..<61: deleteMap()
        case 61..<63: intrude()
        case 63..<67: relabel()
        case 67..<73:
            note("\(name) is asked to stop")
            candidate.stop()
            // Now and then another has the Lease just when it is to be given back.
            if draw(0...1) == 0 { after(.milliseconds(draw(0...30))) { [self] in intrude() } }
        case 73..<79:
            note("\(name) is killed")
            candidate.kill()
            try seat(on: place + 1, at: place)
        case 79..<82:
            // Its node was given up, but there it still runs.
            note("\(name) is replaced, and cut off")
            candidate.link.isCut = true
            try seat(on: place + 1, at: place)
        default: break
        }
    }

    private func goodFate() -> Link.Fate {
        Link.Fate(delay: .milliseconds(draw(1...20)), answerDelay: .milliseconds(draw(1...20)))
    }

    private func badFate() -> Link.Fate {
        var fate = Link.Fate(
            delay: .milliseconds(draw(0...300)), answerDelay: .milliseconds(draw(0...300)))
        switch draw(0...13) {
        case 0: fate.delay = nil
        case 1: fate.answerDelay = nil
        case 2, 8: fate.delay = timing.lease * Double(draw(0...2500)) / 1000
        case 3: fate.answerDelay = timing.lease * Double(draw(0...700)) / 1000
        case 4: fate.refusal = KubernetesError(.status(500, reason: "InternalError"), message: "the store is away")
        case 5:
            fate.falseRefusal = KubernetesError(
                .status(504, reason: "Timeout"), message: "the request did not complete within the allotted time")
        case 6:
            fate.refusal = KubernetesError(
                .status(429, reason: "TooManyRequests"), message: "busy", retryAfter: .seconds(draw(1...3)))
        case 7: fate.refusal = KubernetesError(.transport(.connectFailed), message: "refused")
        default: break
        }
        return fate
    }

    private func pause(_ candidate: CandidateProcess, for duration: Duration) {
        note("\(candidate.name) is paused for \(duration)")
        candidate.pause()
        after(duration) { candidate.resume(after: duration) }
    }

    /// Connections are cut, watches end, and what changed before cannot be watched any more.
    private func restartServer(after duration: Duration) {
        note("the server is down for \(duration)")
        server.isDown = true
        api.endWatches(KubernetesError(.transport(.connectionLost), message: "the server closed the connection"))
        after(duration) { [self] in
            api.compact()
            server.isDown = false
        }
    }

    private func overloadServer(for duration: Duration) {
        note("the server is overloaded for \(duration)")
        let seconds = draw(1...5)
        setWeather { verb in
            verb == "event"
                ? Link.Fate()
                : .refused(
                    KubernetesError(
                        .status(429, reason: "TooManyRequests"), message: "busy", retryAfter: .seconds(seconds)))
        }
        after(duration) { [self] in setWeather { [self] _ in goodFate() } }
    }

    private func deleteLease() {
        guard api.lease != nil else { return }
        note("the Lease is deleted")
        api.remove(Lease.self, "leader", namespace: "n")
        recorder.add(.leaseDeleted(at: recorder.now))
    }

    private func deleteMap() {
        guard api.stored(ConfigMap.self, "m", namespace: "n") != nil else { return }
        note("the ConfigMap is deleted")
        api.remove(ConfigMap.self, "m", namespace: "n")
        recorder.add(.mapDeleted(at: recorder.now))
    }

    /// Somebody edits the Lease by hand, and names a holder who is not there.
    private func intrude() {
        guard var lease = api.lease else { return }
        note("somebody writes another holder into the Lease")
        // Never twice the same: a write that changes nothing is none.
        lease.holderIdentity = "nobody-\(draw(1...1_000_000_000))"
        lease = api.put(lease, namespace: "n")
        recorder.add(.leaseStored(ServerDoor.change(lease, by: nil, recorder.now, recorder.now)))
    }

    /// Somebody changes what does not matter, and with it the version.
    private func relabel() {
        let labels: JSONValue = ["label": .string(String(draw(0...9)))]
        if draw(0...1) == 0, var lease = api.lease {
            lease.json[["metadata", "labels"]] = labels
            api.put(lease, namespace: "n")
        } else if var map = api.stored(ConfigMap.self, "m", namespace: "n") {
            map.json[["metadata", "labels"]] = labels
            api.put(map, namespace: "n")
        }
    }

    private func after(_ duration: Duration, _ act: @escaping @Sendable () -> Void) {
        time.start { [time] in
            try? await time.clock.sleep(for: duration)
            act()
        }
    }
}

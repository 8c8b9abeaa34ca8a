import Logging
public import NetworkPrimitives
import Synchronization

extension Detector {
    /// Runs one whole round and returns with its decision; whoever is still being asked then is cancelled.
    ///
    /// Never takes much longer than ``RoundTiming/deadline``, but for the time that it has to wait until servers may be asked
    /// again. A cancelled task gets a verdict of ``UnconfirmedReason/cancelled`` soon.
    ///
    /// - Parameter published: the addresses that the outside world knows, if any.
    public func detect(published: Set<IPAddress>) async -> Verdict {
        guard let round = await nextRound(of: await currentSources()) else {
            return Verdict(condition: .unconfirmed(.cancelled), address: nil)
        }
        let (previous, usualLatency) = memory.withLock { ($0.rounds, $0.latencies.percentile95) }
        let state = QuorumState(
            sources: round.sources, published: published, memory: previous, settings: round.settings,
            usualLatency: usualLatency)
        var verdict = await run(state, held: round.held, on: self.clock)
        let time = stopwatch.now
        memory.withLock { $0.roundEnded(verdict, of: round, usual: settings, at: time) }
        if case .unconfirmed(.noAnswer) = verdict.condition, let fallback {
            verdict = await ask(fallback, after: verdict, published: published)
        }
        metrics.roundEnded(verdict)
        return verdict
    }

    /// As ``detect(published:)-(Set<IPAddress>)``, for a site with one address.
    public func detect(published: IPAddress?) async -> Verdict {
        await detect(published: Set([published].compactMap { $0 }))
    }

    /// Asks one source one question: the cheapest way to notice a change. Each call asks another source, but those that have
    /// failed lately: a STUN server over UDP, where such a question is answered, otherwise one over TCP or TLS, then others.
    ///
    /// One answer decides nothing. A different address, or a failure, is a reason for a whole round.
    public func probe() async -> Observation {
        let choice = sources + (directory?.nextSources() ?? [])
        let now = stopwatch.now
        guard let next = memory.withLock({ $0.nextProbe(of: choice, at: now) }) else {
            // Everybody is on a list that could not be had yet, and that is where one has to look.
            let list = directory?.lists.first.map { AddressSource.http($0) }
            return Observation(
                source: list ?? .stun(HostPort(host: "nobody.invalid", port: 3478)),
                result: .failure(SourceError(.failed, "no list of STUN servers has been loaded yet")), duration: .zero)
        }
        if next.at > now { try? await stopwatch.sleep(until: next.at) }
        let observation = await observe(next.source, on: self.clock)
        let time = stopwatch.now
        memory.withLock { $0.probeEnded(observation, at: time) }
        return observation
    }

    /// Whom a round may ask. Waits for the lists only where there is no quorum without them.
    private func currentSources() async -> [AddressSource] {
        guard let directory else { return sources }
        if directory.sources.isEmpty, Set(sources.map(\.operatorName)).count < settings.quorum {
            await directory.refresh()
        }
        let known = Set(sources)
        return sources + directory.nextSources().filter { !known.contains($0) }
    }

    /// Waits until a round may be held; `nil` where the task is cancelled.
    private func nextRound(of sources: [AddressSource]) async -> DetectionMemory.Round? {
        while !Task.isCancelled {
            let now = stopwatch.now
            switch memory.withLock({ $0.nextRound(of: sources, settings: settings, at: now) }) {
            case .run(let round): return round
            case .wait(let until): try? await stopwatch.sleep(until: until)
            }
        }
        return nil
    }

    /// The last resort: nobody answered, so what this machine says counts.
    private func ask(_ fallback: AddressSource, after verdict: Verdict, published: Set<IPAddress>) async -> Verdict {
        var alone = settings
        alone.quorum = 1
        let state = QuorumState(sources: [fallback], published: published, settings: alone)
        let last = await run(state, held: nil, on: self.clock)
        guard last.address != nil else { return verdict }
        return Verdict(
            condition: last.condition, address: last.address, shares: last.shares,
            operatorsAsked: verdict.operatorsAsked + 1, votes: verdict.votes + last.votes,
            duration: verdict.duration + last.duration)
    }
}

extension Detector {
    private enum Event: Sendable {
        case observed(Observation)
        case woke(Duration)
    }

    /// - Parameter held: an answer that is at hand already, in the place of a question.
    private func run(_ round: QuorumState, held: Observation?, on clock: some Clock<Duration>) async -> Verdict {
        var round = round
        let start = clock.now
        return await withTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            var timers: Set<Duration> = []
            var action = round.started()
            while true {
                switch action {
                case .finish(let verdict): return verdict
                case .proceed(let wave, let wakeAt):
                    for source in wave {
                        if let held, held.source == source {
                            group.addTask { .observed(held) }
                        } else {
                            group.addTask { .observed(await self.observe(source, on: clock)) }
                        }
                    }
                    // An earlier timer leads back here and is then followed by this one.
                    if timers.allSatisfy({ $0 > wakeAt }) {
                        timers.insert(wakeAt)
                        group.addTask {
                            try? await clock.sleep(until: start.advanced(by: wakeAt), tolerance: nil)
                            return .woke(wakeAt)
                        }
                    }
                }
                let event = await group.next()
                let now = start.duration(to: clock.now)
                switch event {
                case _ where Task.isCancelled: action = round.cancelled(at: now)
                case .observed(let observation): action = round.observed(observation, at: now)
                case .woke(let time):
                    timers.remove(time)
                    // A clock may wake a little early in its own eyes; the round must not see that.
                    action = round.timerFired(at: max(now, time))
                case nil: action = round.cancelled(at: now)
                }
            }
        }
    }

    private func observe(_ source: AddressSource, on clock: some Clock<Duration>) async -> Observation {
        let start = clock.now
        let asked = stopwatch.now
        memory.withLock { $0.asked(source, at: asked) }
        let result: Result<IPAddress, SourceError>
        do throws(SourceError) {
            result = .success(try await lookup.address(from: source, family: settings.family))
        } catch {
            result = .failure(error)
        }
        let observation = Observation(source: source, result: result, duration: start.duration(to: clock.now))
            .checked(family: settings.family, allowNonGlobal: settings.allowNonGlobal)
        memory.withLock { $0.observed(observation) }
        metrics.sourceAnswered(observation)
        logger.debug(
            "address source answered",
            metadata: [
                "source": "\(source)", "operator": "\(source.operatorName)",
                "answer": "\(observation.address?.description ?? "none")",
                "error": "\(observation.errorDescription ?? "none")", "duration": "\(observation.duration)",
            ])
        return observation
    }
}

extension Observation {
    /// The error's text, where there is one.
    public var errorDescription: String? {
        guard case .failure(let error) = result else { return nil }
        return error.description
    }
}

import CurlShims
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Owns every handle of libcurl that a client has. Made by one thread and then run, and only touched, by another.
final class EventLoop {
    let queue: CommandQueue
    private let multi: UnsafeMutableRawPointer
    private let settings: TransferSettings
    private var transfers: [TransferID: Transfer] = [:] {
        didSet { queue.transferCount.store(transfers.count, ordering: .releasing) }
    }

    init(_ configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        try LoadedLibrary.require()
        guard let multi = curl_shims_multi_init() else {
            throw HTTPClientError(.internalError, "libcurl could not make a multi handle")
        }
        let waker = MultiWaker(multi)
        // Idle connections that are kept, over all hosts: each costs a socket and, with TLS, tens of kilobytes.
        guard waker.wake(),
            curl_shims_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)) == CURLM_OK,
            curl_shims_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 8) == CURLM_OK
        else {
            curl_shims_multi_cleanup(multi)
            throw HTTPClientError(.internalError, "libcurl's multi handle does not work; out of file descriptors?")
        }
        self.multi = multi
        queue = CommandQueue(waker: waker)
        settings = TransferSettings(configuration)
    }

    /// Frees the handles where the loop is never run.
    func discard() {
        queue.close()
        queue.detach()
        curl_shims_multi_cleanup(multi)
    }

    /// Works until the queue is closed, then ends what is in flight and frees every handle.
    func run() {
        while true {
            let (commands, isLast) = queue.drain()
            for command in commands { carryOut(command) }
            if isLast { break }
            perform()
            collectFinished()
            endSilent(now: .now)
            wait()
        }
        for transfer in transfers.values {
            end(transfer, HTTPClientError(.shutDown, "the client was shut down"))
        }
        queue.detach()
        curl_shims_multi_cleanup(multi)
    }

    private func carryOut(_ command: Command) {
        switch command {
        case .start(let job): start(job)
        case .cancel(let id):
            guard let transfer = transfers[id] else { return }
            end(transfer, HTTPClientError(.cancelled, "the task was cancelled"))
        }
    }

    private func start(_ job: TransferJob) {
        guard !job.cancellation.isSet else {
            job.caller.fail(HTTPClientError(.cancelled, "the task was cancelled"))
            return
        }
        let now = ContinuousClock.now
        if let deadline = job.deadline, deadline <= now {
            job.caller.fail(HTTPClientError(.timedOut, "\(job.plan.label): the time-out passed before it was started"))
            return
        }
        let transfer: Transfer
        do {
            transfer = try Transfer(job, settings: settings, queue: queue, now: now)
        } catch {
            job.caller.fail(error)
            return
        }
        transfers[job.id] = transfer
        do {
            try transfer.add(to: multi)
        } catch {
            end(transfer, error)
        }
    }

    private func perform() {
        var running: Int32 = 0
        let code = curl_shims_multi_perform(multi, &running)
        guard code != CURLM_OK else { return }
        // Nothing of this can be expected to go on; transfers without a time-out would hang.
        let why = String(cString: curl_shims_multi_strerror(code))
        for transfer in transfers.values {
            end(transfer, HTTPClientError(.internalError, "libcurl's event loop failed: \(why)"))
        }
    }

    private func collectFinished() {
        var remaining: Int32 = 0
        while let message = curl_shims_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message is gone once the handle is.
            let code = message.pointee.data.result
            guard let transfer = Transfer.of(handle) else { continue }
            end(transfer, code == CURLE_OK ? nil : HTTPClientError(transfer.failure(code)))
        }
    }

    private func endSilent(now: ContinuousClock.Instant) {
        for transfer in transfers.values {
            guard let deadline = transfer.idleDeadline, deadline <= now else { continue }
            end(transfer, transfer.silence())
        }
    }

    /// Sleeps until a socket is ready, somebody wakes the loop, or the next time-out is due, libcurl's or ours.
    private func wait() {
        let next = transfers.values.lazy.compactMap(\.idleDeadline).min()
        let timeout = next.map { ($0 - .now).milliseconds } ?? Int(Int32.max)
        let code = curl_shims_multi_poll(multi, Int32(timeout))
        // Without memory or descriptors to wait with, at least do not spin.
        if code != CURLM_OK { usleep(10_000) }
    }

    /// Closes first and answers then: whoever is answered can rely on nothing more being sent.
    private func end(_ transfer: Transfer, _ failure: HTTPClientError?) {
        guard transfers.removeValue(forKey: transfer.id) != nil else { return }
        transfer.close(removedFrom: multi)
        transfer.answer(failure)
    }
}

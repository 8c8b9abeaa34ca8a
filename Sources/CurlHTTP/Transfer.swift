import CurlShims

/// One exchange in the hands of libcurl. Belongs to the event loop's thread, which ends it with ``close(removedFrom:)``.
///
/// libcurl's callbacks get its address; it therefore has to live until the handle is gone.
final class Transfer {
    let id: TransferID
    private let easy: EasyHandle
    private let plan: RequestPlan
    private let queue: CommandQueue
    private let caller: TransferJob.Caller
    private var state: TransferState
    private var body: StreamBody?
    private var responseWasStarted = false
    private var lastSign: ContinuousClock.Instant
    private let errorMessage = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let headers: HeaderList
    private let connectTo: HeaderList

    /// Prepares the handle. On failure the caller has not been answered.
    init(
        _ job: TransferJob, settings: TransferSettings, queue: CommandQueue, now: ContinuousClock.Instant
    ) throws(HTTPClientError) {
        headers = try HeaderList(job.plan.headerLines)
        connectTo = try HeaderList(job.plan.target.connectTo.map { [Array($0.utf8) + [0]] } ?? [])
        easy = try EasyHandle()
        id = job.id
        plan = job.plan
        caller = job.caller
        self.queue = queue
        lastSign = now
        state = TransferState(method: job.plan.method, delivery: job.caller.delivery, label: job.plan.label)
        errorMessage.initialize(repeating: 0)
        do throws(HTTPClientError) {
            try settings.apply(to: easy)
            try settings.apply(job.plan, to: easy)
            if let deadline = job.deadline {
                // Zero would mean no time-out.
                try easy.set(CURLOPT_TIMEOUT_MS, max(1, (deadline - now).milliseconds))
            }
            try easy.set(CURLOPT_HTTPHEADER, headers)
            try easy.set(CURLOPT_CONNECT_TO, connectTo)
            try easy.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorMessage.baseAddress))
            try setCallbacks()
        } catch {
            free()
            throw error
        }
    }

    /// The transfer that a finished handle belongs to.
    static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        guard curl_shims_get_pointer(handle, CURLINFO_PRIVATE, &pointer) == CURLE_OK else { return nil }
        return transfer(pointer)
    }

    func add(to multi: UnsafeMutableRawPointer) throws(HTTPClientError) {
        let code = curl_shims_multi_add_handle(multi, easy.raw)
        guard code == CURLM_OK else {
            throw HTTPClientError(
                .internalError,
                "\(plan.label): libcurl took no transfer: \(String(cString: curl_shims_multi_strerror(code)))"
            )
        }
    }

    /// Takes the handle away from libcurl and frees it. A transfer that is not over loses its connection by that.
    func close(removedFrom multi: UnsafeMutableRawPointer) {
        curl_shims_multi_remove_handle(multi, easy.raw)
        free()
    }

    private func free() {
        curl_shims_easy_cleanup(easy.raw)
        errorMessage.deallocate()
    }

    /// When the silence becomes too long, unless there is a sign of life until then.
    var idleDeadline: ContinuousClock.Instant? { plan.idleTimeout.map { lastSign + $0 } }

    /// What to tell the caller about a silence that was too long.
    func silence() -> HTTPClientError {
        let limit = plan.idleTimeout ?? .zero
        let error = failure(CURLE_OPERATION_TIMEDOUT, message: "no byte for \(limit)")
        return HTTPClientError(error)
    }

    /// Reads libcurl's account of a failure. To be called before ``close(removedFrom:)``.
    func failure(_ code: CURLcode, message: String? = nil) -> TransferFailure {
        let said = errorMessage.baseAddress.map { String(cString: $0) } ?? ""
        return TransferFailure(
            code: code,
            message: message ?? said,
            label: plan.label,
            requestWasStarted: state.requestWasStarted,
            nameWasResolved: easy.offset(CURLINFO_NAMELOOKUP_TIME_T) > 0,
            responseWasStarted: responseWasStarted)
    }

    /// Answers the caller, once. To be called after ``close(removedFrom:)``, so that an answer is proof of the end.
    func answer(_ failure: HTTPClientError?) {
        switch state.ended(failure) {
        case .respond(let response):
            guard case .response(let continuation, _) = caller else { return }
            continuation.resume(returning: .success(response))
        case .fail(let error): caller.fail(error)
        case .endStream(let error):
            body?.ended(error)
            body = nil
        case .nothing: break
        }
    }
}

// MARK: - Callbacks

extension Transfer {
    private static func transfer(_ user: UnsafeMutableRawPointer?) -> Transfer? {
        user.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func setCallbacks() throws(HTTPClientError) {
        let user = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_PRIVATE, user)
        try easy.set(CURLOPT_PREREQDATA, user)
        try easy.setRequestCallback { user, _, _, _, _ in
            Transfer.transfer(user)?.requestStarted() == .proceed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        try easy.set(CURLOPT_HEADERDATA, user)
        try easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Transfer.transfer(user)?.headerReceived(line) == true ? line.count : Transfer.refusal(of: line)
        }
        try easy.set(CURLOPT_WRITEDATA, user)
        try easy.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Transfer.transfer(user)?.bodyReceived(piece) == true ? piece.count : Transfer.refusal(of: piece)
        }
    }

    /// Any number but the right one makes libcurl end the transfer.
    private static func refusal(of bytes: UnsafeRawBufferPointer) -> Int { bytes.isEmpty ? 1 : 0 }

    private func requestStarted() -> TransferState.Action {
        state.requestStarted()
    }

    private func headerReceived(_ line: UnsafeRawBufferPointer) -> Bool {
        lastSign = .now
        responseWasStarted = true
        switch state.headerReceived(line, retryAfterSeconds: { easy.offset(CURLINFO_RETRY_AFTER) }) {
        case .proceed: return true
        case .refuse, .forward: return false
        case .deliver(let head):
            guard case .stream(let continuation, let bufferBytes) = caller else { return false }
            let body = StreamBody(id: id, bufferBytes: bufferBytes, queue: queue)
            self.body = body
            continuation.resume(
                returning: .success(
                    HTTPClientStream(
                        status: head.status, headers: head.headers, retryAfter: head.retryAfter,
                        body: body.sequence())))
            return true
        }
    }

    private func bodyReceived(_ piece: UnsafeRawBufferPointer) -> Bool {
        lastSign = .now
        switch state.bodyReceived(piece) {
        case .proceed: return true
        case .refuse, .deliver: return false
        case .forward:
            guard let body else { return false }
            return body.received(piece) || state.streamOverflowed(limit: body.limit) == .proceed
        }
    }
}

/// An exchange on its way to the event loop, with whoever waits for it.
struct TransferJob: Sendable {
    /// Resumed exactly once: by the event loop, or by the caller itself where the queue did not take the job.
    enum Caller: Sendable {
        case response(CheckedContinuation<Result<HTTPClientResponse, HTTPClientError>, Never>, maximumBodyBytes: Int)
        case stream(CheckedContinuation<Result<HTTPClientStream, HTTPClientError>, Never>, bufferBytes: Int)

        func fail(_ error: HTTPClientError) {
            switch self {
            case .response(let continuation, _): continuation.resume(returning: .failure(error))
            case .stream(let continuation, _): continuation.resume(returning: .failure(error))
            }
        }

        var delivery: TransferState.Delivery {
            switch self {
            case .response(_, let maximumBodyBytes): .collect(maximumBodyBytes: maximumBodyBytes)
            case .stream: .stream
            }
        }
    }

    let id: TransferID
    let plan: RequestPlan
    /// When the whole exchange has to be over.
    let deadline: ContinuousClock.Instant?
    let cancellation: CancellationFlag
    let caller: Caller
}

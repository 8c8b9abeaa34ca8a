import CurlHTTP
import Testing

/// Runs `body` and returns the error that it is expected to throw.
func clientError<Success>(
    sourceLocation: SourceLocation = #_sourceLocation,
    isolation: isolated (any Actor)? = #isolation,
    from body: () async throws -> Success
) async -> HTTPClientError? {
    do {
        _ = try await body()
        Issue.record("no error was thrown", sourceLocation: sourceLocation)
        return nil
    } catch let error as HTTPClientError {
        return error
    } catch {
        Issue.record("\(error) is no HTTPClientError", sourceLocation: sourceLocation)
        return nil
    }
}

/// Bytes that differ from their neighbours, so that a lost or swapped piece is noticed.
func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) }
}

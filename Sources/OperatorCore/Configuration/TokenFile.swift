import Synchronization

/// The token in a file that the kubelet replaces from time to time.
///
/// The file is read again once what is cached is a minute old, and at the next request after the server has refused it.
/// A file that is empty or unreadable then, as in the middle of a replacement, leaves the old token in use. Where there
/// has been no token yet, each request fails with a clear error and the next one looks again.
public final class TokenFile: KubernetesCredentials {
    /// What is cached; the rules without the file.
    private struct Cache: Sendable {
        var token: BearerToken?
        /// When the cached token was read; `nil` asks for another look.
        var readAt: Duration?
    }

    public let path: String
    private let files: FileReader
    private let timeline: Timeline
    private let maximumAge: Duration
    private let cache = Mutex(Cache())

    /// - Parameter maximumAge: how long a token is used without looking at the file.
    public init(
        path: String, maximumAge: Duration = .seconds(60), files: FileReader = .system,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.path = path
        self.maximumAge = maximumAge
        self.files = files
        timeline = Timeline(clock)
    }

    public func bearerToken() async throws(KubernetesError) -> BearerToken? {
        let now = timeline.now
        return try cache.withLock { cache throws(KubernetesError) in
            if let token = cache.token, let readAt = cache.readAt, now - readAt < maximumAge { return token }
            do throws(FileReader.Failure) {
                cache.token = try read()
                cache.readAt = now
            } catch {
                // Without a new reading time, the next request looks again.
                guard cache.token != nil else {
                    throw KubernetesError(.configuration, message: "no service account token yet: \(error)")
                }
            }
            return cache.token
        }
    }

    public func rejected(_ token: BearerToken?) async {
        cache.withLock { cache in
            // Somebody else may have read a newer one in the meantime.
            if cache.token == token { cache.readAt = nil }
        }
    }

    private func read() throws(FileReader.Failure) -> BearerToken {
        let text = String(decoding: try files.read(path), as: UTF8.self)
        guard let token = BearerToken(text) else {
            throw FileReader.Failure(path: path, reason: "empty, or not a token")
        }
        return token
    }
}
